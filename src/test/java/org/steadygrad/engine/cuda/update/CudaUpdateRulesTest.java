package org.steadygrad.engine.cuda.update;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.steadygrad.engine.UpdateRulesContract;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.spec.Precision;

@Tag("gpu")
class CudaUpdateRulesTest extends UpdateRulesContract {
    @Override
    protected UpdateSubject make(ComputationGraph model) {
        return new CudaUpdate(UpdatePlan.of(model), Precision.FLOAT32);
    }
}
