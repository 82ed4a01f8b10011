package org.steadygrad.engine.cpu.activation;

import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/**
 * A sigmoid that oneDNN applies while it computes the sums of the dense layer below, which saves a pass over them. From the output
 * alone the derivative is y (1 - y); its digits are there as long as no y is near 1. So the range of each output is looked at,
 * and where it goes too far the sums are made after all and {@link SaturatingActivation} does the rest.
 */
public final class FusedSigmoid {
    /** Up to here y, right to 4e-8, gives a derivative that is right to 6e-6. */
    private static final float HIGHEST = 0.993f;

    /** From here on oneDNN's exponentials are right; it makes 0 of subnormal numbers. */
    private static final float LOWEST = 1e-37f;

    private final KernelContext context;
    private final PlanOperation.Activate operation;
    private final SaturatingActivation careful;
    private final ValueRange range;

    /** Whether the last output lies within the bounds. */
    private boolean within;

    private FusedSigmoid(KernelContext context, PlanOperation.Activate operation, ValueRange range) {
        this.context = context;
        this.operation = operation;
        this.range = range;
        careful = new SaturatingActivation(context, operation.activation(), context.value(operation.input()));
    }

    /** The sigmoid above a dense layer that applies it, if nothing else reads the layer's sums. */
    public static Optional<PlanOperation.Activate> above(KernelContext context, PlanOperation.Dense dense) {
        Plan plan = context.model().plan();
        Value sums = dense.output();
        List<PlanOperation> readers = plan.operations().stream()
                .filter(s -> s.inputs().contains(sums))
                .toList();
        boolean output = plan.outputs().stream().anyMatch(o -> o.value().equals(sums));
        return dense.activation().isIdentity()
                        && !output
                        && readers.size() == 1
                        && readers.get(0) instanceof PlanOperation.Activate activate
                        && activate.activation().kind() == Kind.SIGMOID
                        && ValueRange.of(context, context.value(activate.output()))
                                .isPresent()
                ? Optional.of(activate)
                : Optional.empty();
    }

    /** Of a step whose dense layer has applied it already; empty if it hasn't. */
    static Optional<FusedSigmoid> of(KernelContext context, PlanOperation.Activate operation) {
        return context.madeOnDemand(operation.input())
                ? ValueRange.of(context, context.value(operation.output()))
                        .map(range -> new FusedSigmoid(context, operation, range))
                : Optional.empty();
    }

    /** To be run after the dense layer. */
    Runnable forward() {
        Value output = operation.output();
        Runnable again =
                careful.forward(context.matrix(operation.input()), context.value(output), context.matrix(output));
        return () -> {
            within = range.smallest() >= LOWEST && (!context.training() || range.largest() <= HIGHEST);
            if (!within) {
                context.complete(operation.input());
                again.run();
            }
        };
    }

    /** {@code inputGradient = outputGradient * f'(input)}, whenever it is run. */
    Runnable backward(FloatMemory outputGradient, FloatMemory inputGradient) {
        memory above = context.matrix(operation.output(), outputGradient);
        memory below = context.matrix(operation.input(), inputGradient);
        Runnable fromOutput =
                Eltwise.LOGISTIC_FROM_OUTPUT.backward(context, context.matrix(operation.output()), above, below)::run;
        Runnable fromSums =
                careful.backward(context.matrix(operation.input()), outputGradient, above, inputGradient, below);
        return () -> (within ? fromOutput : fromSums).run();
    }
}
