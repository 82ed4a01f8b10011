package org.steadygrad.engine.cuda.layer;

import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.PlanOperation.Combination;

/** Joins tensors of one shape element by element. A sum hands its gradient on without copying. */
public final class CombineKernel extends LaunchedKernel {
    private static final String FILE = "joins";

    private final Combination combination;
    private final List<DeviceMemory> inputs;

    public CombineKernel(KernelContext context, PlanOperation.Combine operation, int number) {
        super(context);
        combination = operation.combination();
        inputs = operation.inputs().stream().map(context::value).toList();
        planForward(context.value(operation.output()));
        for (int i = 0; combination != Combination.ADD && i < inputs.size(); i++) {
            int input = i;
            context.inputGradient(number, input)
                    .ifPresent(target -> planBackward(input, context.gradient(operation.output()), target));
        }
    }

    private void planForward(DeviceMemory output) {
        float share = combination == Combination.AVERAGE ? 1f / inputs.size() : 1;
        if (inputs.size() == 1) {
            inForward(scale(inputs.get(0), output, 1));
        }
        DeviceMemory joined = inputs.get(0);
        for (int i = 1; i < inputs.size(); i++) {
            boolean last = i == inputs.size() - 1;
            inForward(join(combination, joined, inputs.get(i), output, last ? share : 1));
            joined = output;
        }
    }

    private void planBackward(int input, DeviceMemory gradient, DeviceMemory target) {
        switch (combination) {
            case ADD -> throw new IllegalStateException("A sum's gradient isn't copied.");
            case AVERAGE -> inBackward(scale(gradient, target, 1f / inputs.size()));
            case SUBTRACT -> inBackward(scale(gradient, target, input == 0 ? 1 : -1));
            case PRODUCT, MAX -> planAgainstOthers(input, gradient, target);
        }
    }

    private void planAgainstOthers(int input, DeviceMemory gradient, DeviceMemory target) {
        DeviceMemory share = gradient;
        for (int i = 0; i < inputs.size(); i++) {
            if (i != input) {
                inBackward(
                        combination == Combination.PRODUCT
                                ? join(combination, share, inputs.get(i), target, 1)
                                : whereLargest(input, i, share, target));
                share = target;
            }
        }
        if (inputs.size() == 1) {
            inBackward(scale(gradient, target, 1));
        }
    }

    private Launch join(Combination kind, DeviceMemory a, DeviceMemory b, DeviceMemory target, float factor) {
        return runtime()
                .over(target.length(), FILE, "join")
                .with(a)
                .with(b)
                .with(target)
                .with(kind.ordinal())
                .with(factor)
                .with(target.length());
    }

    private Launch scale(DeviceMemory source, DeviceMemory target, float factor) {
        return runtime()
                .over(target.length(), FILE, "scale")
                .with(source)
                .with(target)
                .with(factor)
                .with(target.length());
    }

    private Launch whereLargest(int own, int other, DeviceMemory gradient, DeviceMemory target) {
        return runtime()
                .over(target.length(), FILE, "where_largest")
                .with(inputs.get(own))
                .with(inputs.get(other))
                .with(other < own ? 1 : 0)
                .with(gradient)
                .with(target)
                .with(target.length());
    }
}
