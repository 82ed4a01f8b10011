package org.steadygrad.engine.cuda;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.spec.Precision;

/** The CUDA engine in float32, on the device that tests run on. */
public final class StrictProvider implements EngineProvider {
    private final EngineProvider engine = new CudaEngineProvider();

    public StrictProvider() {
        TestGpu.require();
    }

    @Override
    public String name() {
        return engine.name();
    }

    @Override
    public int rank() {
        return engine.rank();
    }

    @Override
    public Availability probe() {
        return engine.probe();
    }

    @Override
    public Optional<String> unsupported(ComputationGraph model) {
        return engine.unsupported(model);
    }

    @Override
    public Engine create(ComputationGraph model, EngineSettings settings) {
        return engine.create(model, settings.withPrecision(Precision.FLOAT32));
    }
}
