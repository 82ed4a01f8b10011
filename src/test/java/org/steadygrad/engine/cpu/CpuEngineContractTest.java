package org.steadygrad.engine.cpu;

import org.steadygrad.engine.EngineContract;
import org.steadygrad.engine.EngineProvider;

class CpuEngineContractTest extends EngineContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }

    @Override
    public boolean mayRefuse(org.deeplearning4j.nn.graph.ComputationGraph model) {
        return true;
    }
}
