package org.steadygrad.engine.cuda.loss;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.LossContract;
import org.steadygrad.engine.cuda.GpuLikeDl4j;
import org.steadygrad.engine.cuda.StrictProvider;

@Tag("gpu")
class LossKernelTest implements LossContract {
    @Override
    public EngineProvider provider() {
        return new StrictProvider();
    }

    @Override
    public void check(ContractCase test) {
        GpuLikeDl4j.check(test);
    }

    /** Sizes are LossLaunchesTest's business. */
    @Override
    public int[] columns() {
        return new int[] {3};
    }
}
