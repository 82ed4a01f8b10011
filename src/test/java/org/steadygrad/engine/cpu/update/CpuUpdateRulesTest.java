package org.steadygrad.engine.cpu.update;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.UpdateRulesContract;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.plan.UpdatePlan;

class CpuUpdateRulesTest extends UpdateRulesContract {
    @Override
    protected UpdateSubject make(ComputationGraph model) {
        return new CpuUpdate(UpdatePlan.of(model), 2);
    }
}
