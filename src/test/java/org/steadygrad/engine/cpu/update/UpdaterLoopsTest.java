package org.steadygrad.engine.cpu.update;

import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.UpdaterContract;
import org.steadygrad.engine.plan.UpdatePlan;

class UpdaterLoopsTest extends UpdaterContract {
    @Override
    public UpdateSubject make(UpdatePlan plan) {
        return new CpuUpdate(plan, 2);
    }
}
