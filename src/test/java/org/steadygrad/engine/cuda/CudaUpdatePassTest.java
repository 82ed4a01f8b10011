package org.steadygrad.engine.cuda;

import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.UpdatePassContract;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.spec.Precision;

@Tag("gpu")
class CudaUpdatePassTest extends UpdatePassContract {
    @Override
    public UpdateSubject make(UpdatePlan plan) {
        return new CudaUpdate(plan, Precision.FLOAT32);
    }
}
