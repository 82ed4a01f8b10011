package org.steadygrad.engine.cuda.update;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.UpdaterContract;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.spec.Precision;

@Tag("gpu")
class CudaUpdaterTest extends UpdaterContract {
    /** Enough for a simulated machine. */
    private static final int FEW = 8;

    @Override
    public UpdateSubject make(UpdatePlan plan) {
        return new CudaUpdate(plan, Precision.FLOAT32);
    }

    @Override
    protected int updates() {
        return TestGpu.real() ? super.updates() : FEW;
    }
}
