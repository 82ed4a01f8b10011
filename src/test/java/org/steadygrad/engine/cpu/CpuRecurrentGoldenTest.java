package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.RecurrentGoldenContract;
import org.steadygrad.engine.cpu.kernel.StateStore;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.PlanOperation;

class CpuRecurrentGoldenTest implements RecurrentGoldenContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }

    @Override
    public List<PlanOperation> steps(Engine engine) {
        return ((CpuEngine) engine).model().plan().operations();
    }

    @Override
    public void carry(Engine engine, Map<Integer, List<float[]>> states) {
        states.forEach((operation, arrays) -> {
            List<FloatMemory> memories = new ArrayList<>();
            for (float[] array : arrays) {
                FloatMemory memory = FloatMemory.allocate(array.length);
                for (int i = 0; i < array.length; i++) {
                    memory.put(i, array[i]);
                }
                memories.add(memory);
            }
            ((CpuEngine) engine).carried().store(operation, memories);
            memories.forEach(FloatMemory::close);
        });
    }

    @Override
    public INDArray outputFromCarried(Engine engine, MultiDataSet batch) {
        CpuEngine own = (CpuEngine) engine;
        try (StateStore states = own.carried().copy()) {
            return own.infer(batch, states).dup();
        }
    }
}
