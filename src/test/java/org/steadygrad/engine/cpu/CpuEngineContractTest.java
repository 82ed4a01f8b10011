package org.steadygrad.engine.cpu;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.EngineContract;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.MemoryContract;

class CpuEngineContractTest extends EngineContract implements MemoryContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }

    /** oneDNN's gated cells have tanh and sigmoid only. */
    @Override
    public boolean mayRefuse(ComputationGraph model) {
        return provider()
                .unsupported(model)
                .filter(reason -> reason.contains("with activations"))
                .isPresent();
    }
}
