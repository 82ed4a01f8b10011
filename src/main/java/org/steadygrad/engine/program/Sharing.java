package org.steadygrad.engine.program;

import java.util.HashMap;
import java.util.Map;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/** Which steps of a plan have nothing to do for batches of one shape, so that their output is their input's memory. */
public final class Sharing {
    private final Plan plan;
    private final BatchShape shape;
    private final Map<Value, Value> sources = new HashMap<>();

    public Sharing(Plan plan, BatchShape shape) {
        this.plan = plan;
        this.shape = shape;
        for (PlanOperation step : plan.steps()) {
            if (output(step)) {
                sources.put(step.output(), source(step.inputs().get(0)));
            }
        }
    }

    /** The tensor whose memory this one shares; often itself. */
    public Value source(Value value) {
        return sources.getOrDefault(value, value);
    }

    /** Whether the batch has this mask; masks that are found in the data are always there. */
    public boolean present(Value mask) {
        return shape.featureMask() || plan.mask().filter(mask::equals).isEmpty();
    }

    /** Whether the step's output is its input. */
    public boolean output(PlanOperation step) {
        return step instanceof PlanOperation.Detach
                || (step instanceof PlanOperation.Dropout && !shape.training())
                || (step instanceof PlanOperation.MaskRows rows && !present(rows.mask()))
                || (step instanceof PlanOperation.Loss loss && loss.activation().isIdentity());
    }

    /** Whether the gradient of each of the step's inputs is that of its output. */
    public boolean gradient(PlanOperation step) {
        return (step instanceof PlanOperation.MaskRows rows && !present(rows.mask()))
                || (step instanceof PlanOperation.Combine combine && combine.operation() == PlanOperation.Operation.ADD)
                || (step instanceof PlanOperation.Activate activate
                        && activate.activation().kind() == Kind.SHIFT);
    }
}
