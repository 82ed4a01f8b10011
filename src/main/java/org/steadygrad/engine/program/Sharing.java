package org.steadygrad.engine.program;

import java.util.HashMap;
import java.util.Map;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/** Which operations of a plan have nothing to do for batches of one shape, so that their output is their input's memory. */
public final class Sharing {
    private final Plan plan;
    private final BatchShape shape;
    private final Map<Value, Value> sources = new HashMap<>();

    public Sharing(Plan plan, BatchShape shape) {
        this.plan = plan;
        this.shape = shape;
        for (PlanOperation operation : plan.operations()) {
            if (output(operation)) {
                sources.put(operation.output(), source(operation.inputs().get(0)));
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

    /** Whether the operation's output is its input. */
    public boolean output(PlanOperation operation) {
        return operation instanceof PlanOperation.Detach
                || (operation instanceof PlanOperation.Dropout && !shape.training())
                || (operation instanceof PlanOperation.MaskRows rows && !present(rows.mask()))
                || (operation instanceof PlanOperation.Loss loss
                        && loss.activation().isIdentity());
    }

    /** Whether the gradient of each of the operation's inputs is that of its output. */
    public boolean gradient(PlanOperation operation) {
        return (operation instanceof PlanOperation.MaskRows rows && !present(rows.mask()))
                || (operation instanceof PlanOperation.Combine combine
                        && combine.combination() == PlanOperation.Combination.ADD)
                || (operation instanceof PlanOperation.Activate activate
                        && activate.activation().kind() == Kind.SHIFT);
    }
}
