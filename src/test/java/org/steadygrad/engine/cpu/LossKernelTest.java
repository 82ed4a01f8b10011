package org.steadygrad.engine.cpu;

import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.LossContract;

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
