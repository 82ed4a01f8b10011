package org.steadygrad.engine.cuda;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.RecurrentGoldenContract;
import org.steadygrad.engine.cuda.kernel.StateStore;
import org.steadygrad.engine.plan.PlanOperation;

@Tag("gpu")
class CudaRecurrentGoldenTest implements RecurrentGoldenContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }

    @Override
    public List<PlanOperation> steps(Engine engine) {
        return ((CudaEngine) engine).model().plan().operations();
    }

    @Override
    public void carry(Engine engine, Map<Integer, List<float[]>> states) {
        ((CudaEngine) engine).carried().restore(states);
    }

    @Override
    public INDArray outputFromCarried(Engine engine, MultiDataSet batch) {
        CudaEngine own = (CudaEngine) engine;
        try (StateStore states = StateStore.keeping(own.model())) {
            states.restore(own.carried().toHost());
            return own.infer(batch, states);
        }
    }
}
