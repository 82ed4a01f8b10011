package org.steadygrad.engine.cuda;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.EngineContract;
import org.steadygrad.engine.EngineProvider;

/** What every engine must do, on the GPU or the simulated machine. */
@Tag("gpu")
class CudaEngineContractTest extends EngineContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }

    /** Gated cells have tanh and sigmoid only. */
    @Override
    public boolean mayRefuse(ComputationGraph model) {
        return provider()
                .unsupported(model)
                .filter(reason -> reason.contains("with activations"))
                .isPresent();
    }
}
