package org.steadygrad.engine.plan;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.ops.ParameterBlock;

/**
 * Which tensors of a plan a gradient is computed for, and who contributes to it. A tensor needs one when a trained
 * parameter lies below it. Each step that reads such a tensor contributes; several contributions are added in the order
 * of the steps.
 */
public final class GradientFlow {
    private final boolean[] needed;
    private final List<List<Reader>> readers;

    /**
     * A step's use of a tensor.
     *
     * @param step position of the step in the plan
     * @param input position among its inputs
     */
    public record Reader(int step, int input) {}

    public GradientFlow(Plan plan) {
        needed = new boolean[plan.values().size()];
        readers = new ArrayList<>();
        plan.values().forEach(value -> readers.add(new ArrayList<>()));
        for (int i = 0; i < plan.steps().size(); i++) {
            PlanOperation step = plan.steps().get(i);
            boolean below = step.parameters().stream().anyMatch(ParameterBlock::trained);
            for (int j = 0; j < step.inputs().size(); j++) {
                Value input = step.inputs().get(j);
                if (step.passesGradient()) {
                    readers.get(input.id()).add(new Reader(i, j));
                    below |= needed[input.id()];
                }
            }
            needed[step.output().id()] = below;
        }
        dropUnreached(plan);
    }

    /** What doesn't lead to the loss, since a step between passes no gradient, needs none. */
    private void dropUnreached(Plan plan) {
        boolean[] reached = new boolean[needed.length];
        reached[plan.loss().output().id()] = true;
        for (int i = plan.steps().size() - 1; i >= 0; i--) {
            PlanOperation step = plan.steps().get(i);
            boolean above = reached[step.output().id()];
            needed[step.output().id()] &= above;
            if (above && step.passesGradient()) {
                step.inputs().forEach(input -> reached[input.id()] = true);
            } else {
                int number = i;
                readers.forEach(list -> list.removeIf(reader -> reader.step() == number));
            }
        }
    }

    public boolean needed(Value value) {
        return needed[value.id()];
    }

    /** The steps that read the tensor and give it a share of its gradient, in the order of the forward pass. */
    public List<Reader> readers(Value value) {
        return List.copyOf(readers.get(value.id()));
    }
}
