package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.UpdateRulesContract;
import org.steadygrad.engine.UpdateSubject;

class Dl4jUpdateRulesTest extends UpdateRulesContract {
    @Override
    protected UpdateSubject make(ComputationGraph model) {
        return new Subject(model, new FlatUpdate(model));
    }

    private record Subject(ComputationGraph model, FlatUpdate update) implements UpdateSubject {
        private static void set(INDArray target, float[] values) {
            target.assign(Nd4j.createFromArray(values).reshape(target.shape()));
        }

        private static float[] values(INDArray array) {
            return array.dup().data().asFloat();
        }

        @Override
        public void setParameters(float[] values) {
            set(model.params(), values);
        }

        @Override
        public void setState(float[] values) {
            if (values.length > 0) {
                set(model.getUpdater().getStateViewArray(), values);
            }
        }

        @Override
        public void setGradient(float[] values) {
            set(model.getFlattenedGradients(), values);
        }

        @Override
        public float[] parameters() {
            return values(model.params());
        }

        @Override
        public float[] state() {
            return values(model.getUpdater().getStateViewArray());
        }

        /** Of one pass. */
        @Override
        public UpdateOutcome apply(UpdateRule rule, double divisor, int passes) {
            update.expect(false);
            update.collect(Math.round(divisor));
            return update.apply(rule);
        }

        @Override
        public void close() {}
    }
}
