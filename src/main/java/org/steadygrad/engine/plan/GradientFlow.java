package org.steadygrad.engine.plan;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.ops.ParameterBlock;

/**
 * Which tensors of a plan a gradient is computed for, and who contributes to it. A tensor needs one when a trained
 * parameter lies below it. Each operation that reads such a tensor contributes; several contributions are added in the order
 * of the operations.
 */
public final class GradientFlow {
    private final boolean[] needed;
    private final List<List<Reader>> readers;

    /**
     * An operation's use of a tensor.
     *
     * @param operation position in the plan
     * @param input position among its inputs
     */
    public record Reader(int operation, int input) {}

    public GradientFlow(Plan plan) {
        needed = new boolean[plan.values().size()];
        readers = new ArrayList<>();
        plan.values().forEach(value -> readers.add(new ArrayList<>()));
        for (int i = 0; i < plan.operations().size(); i++) {
            PlanOperation operation = plan.operations().get(i);
            boolean below = operation.parameters().stream().anyMatch(ParameterBlock::trained);
            for (int j = 0; j < operation.inputs().size(); j++) {
                Value input = operation.inputs().get(j);
                if (operation.passesGradient()) {
                    readers.get(input.id()).add(new Reader(i, j));
                    below |= needed[input.id()];
                }
            }
            needed[operation.output().id()] = below;
        }
        dropUnreached(plan);
    }

    /** What doesn't lead to the loss, since an operation between passes no gradient, needs none. */
    private void dropUnreached(Plan plan) {
        boolean[] reached = new boolean[needed.length];
        reached[plan.loss().output().id()] = true;
        for (int i = plan.operations().size() - 1; i >= 0; i--) {
            PlanOperation operation = plan.operations().get(i);
            boolean above = reached[operation.output().id()];
            needed[operation.output().id()] &= above;
            if (above && operation.passesGradient()) {
                operation.inputs().forEach(input -> reached[input.id()] = true);
            } else {
                int number = i;
                readers.forEach(list -> list.removeIf(reader -> reader.operation() == number));
            }
        }
    }

    public boolean needed(Value value) {
        return needed[value.id()];
    }

    /** The operations that read the tensor and give it a share of its gradient, in the order of the forward pass. */
    public List<Reader> readers(Value value) {
        return List.copyOf(readers.get(value.id()));
    }
}
