package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.plan.PlanOperation;

/** Looks rows up in a table, which stays as DL4J has it, and adds their gradients up there. */
public final class EmbedKernel extends LaunchedKernel {
    private static final String FILE = "embed";

    /** Positions that a thread adds up: STRETCH of embed.cu. */
    private static final int STRETCH = 128;

    private final KernelContext context;
    private final PlanOperation.Embed operation;
    private final int size;
    private final DeviceMemory numbers;

    public EmbedKernel(KernelContext context, PlanOperation.Embed operation) {
        super(context);
        this.context = context;
        this.operation = operation;
        size = operation.output().size();
        numbers = context.value(operation.input());
        ModelMemory model = context.model().memory();
        DeviceMemory output = context.value(operation.output());
        inForward(runtime()
                .over(output.length(), FILE, "look_up")
                .with(numbers)
                .with(model.parameters(operation.weights()))
                .with(operation.bias().map(model::parameters).orElse(null))
                .with(output)
                .with((long) operation.vocabulary())
                .with(size)
                .with(output.length()));
        if (context.needsGradient(operation.output()) && operation.weights().trained()) {
            planWeights(context.gradient(operation.output()), model.gradient(operation.weights()));
            operation.bias().map(model::gradient).ifPresent(sums -> RowSums.of(
                            context, context.gradient(operation.output()), sums)
                    .forEach(this::inBackward));
        }
    }

    private void planWeights(DeviceMemory gradient, DeviceMemory target) {
        SortedNumbers sorted = new SortedNumbers(context, numbers, operation.vocabulary());
        sorted.launches().forEach(this::inBackward);
        inBackward(() -> runtime().stream().zero(target));
        long elements = (long) (sorted.count() + STRETCH - 1) / STRETCH * size;
        DeviceMemory heads = context.scope().floats(elements);
        DeviceMemory tails = context.scope().floats(elements);
        inBackward(runtime()
                .over(elements, FILE, "sum_stretches")
                .with(sorted.keys())
                .with(sorted.rows())
                .with(gradient)
                .with(target)
                .with(heads)
                .with(tails)
                .with((long) operation.vocabulary())
                .with(size)
                .with(sorted.count()));
        inBackward(runtime()
                .over(elements, FILE, "join_stretches")
                .with(sorted.keys())
                .with(heads)
                .with(tails)
                .with(target)
                .with((long) operation.vocabulary())
                .with(size)
                .with(sorted.count()));
    }
}
