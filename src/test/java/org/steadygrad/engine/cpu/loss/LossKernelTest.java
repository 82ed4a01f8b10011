package org.steadygrad.engine.cpu.loss;

import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.LossContract;
import org.steadygrad.engine.cpu.CpuEngineProvider;
import org.steadygrad.engine.cpu.LikeDl4j;

class LossKernelTest implements LossContract {
    @Override
    public EngineProvider provider() {
        return new CpuEngineProvider();
    }

    @Override
    public void check(ContractCase test) {
        LikeDl4j.check(test);
    }
}
