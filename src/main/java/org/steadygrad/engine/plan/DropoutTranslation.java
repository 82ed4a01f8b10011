package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;

/** What dropout of layers' inputs becomes. */
final class DropoutTranslation {
    private DropoutTranslation() {}

    /**
     * What a layer reads when its input goes through this dropout first.
     *
     * @param dropout may be null
     */
    static Value apply(PlanBuilder plan, String layer, IDropout dropout, Value input) {
        if (dropout == null || plan.inference()) {
            return input;
        }
        if (dropout.getClass() != Dropout.class) {
            throw new UnsupportedModelException(
                    layer, "dropout of kind " + dropout.getClass().getSimpleName());
        }
        Dropout plain = (Dropout) dropout;
        if (plain.getPSchedule() != null) {
            throw new UnsupportedModelException(layer, "dropout by a schedule");
        }
        if (plain.getP() == 1) {
            return input;
        }
        Value output = plan.newValue(layer, input.size(), input.rows());
        return plan.add(new PlanStep.Dropout(layer, input, output, plain.getP(), plan.nextStream()));
    }
}
