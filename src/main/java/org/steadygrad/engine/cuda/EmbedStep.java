package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.PlanStep;

/** Looks rows up in a table, which stays as DL4J has it, and adds their gradients up there. */
final class EmbedStep extends LaunchedStep {
    private static final String FILE = "embed";

    /** Positions that a thread adds up: STRETCH of embed.cu. */
    private static final int STRETCH = 128;

    private final Program program;
    private final PlanStep.Embed step;
    private final int size;
    private final DeviceMemory numbers;

    EmbedStep(Program program, PlanStep.Embed step) {
        super(program);
        this.program = program;
        this.step = step;
        size = step.output().size();
        numbers = program.value(step.input());
        ModelMemory model = program.model().memory();
        DeviceMemory output = program.value(step.output());
        inForward(runtime()
                .over(output.length(), FILE, "look_up")
                .with(numbers)
                .with(model.parameters(step.weights()))
                .with(step.bias().map(model::parameters).orElse(null))
                .with(output)
                .with((long) step.vocabulary())
                .with(size)
                .with(output.length()));
        if (program.needsGradient(step.output()) && step.weights().trained()) {
            planWeights(program.gradient(step.output()), model.gradient(step.weights()));
            step.bias().map(model::gradient).ifPresent(sums -> RowSums.of(
                            program, program.gradient(step.output()), sums)
                    .forEach(this::inBackward));
        }
    }

    private void planWeights(DeviceMemory gradient, DeviceMemory target) {
        SortedNumbers sorted = new SortedNumbers(program, numbers, step.vocabulary());
        sorted.launches().forEach(this::inBackward);
        inBackward(() -> runtime().stream().zero(target));
        long elements = (long) (sorted.count() + STRETCH - 1) / STRETCH * size;
        DeviceMemory heads = program.scope().floats(elements);
        DeviceMemory tails = program.scope().floats(elements);
        inBackward(runtime()
                .over(elements, FILE, "sum_stretches")
                .with(sorted.keys())
                .with(sorted.rows())
                .with(gradient)
                .with(target)
                .with(heads)
                .with(tails)
                .with((long) step.vocabulary())
                .with(size)
                .with(sorted.count()));
        inBackward(runtime()
                .over(elements, FILE, "join_stretches")
                .with(sorted.keys())
                .with(heads)
                .with(tails)
                .with(target)
                .with((long) step.vocabulary())
                .with(size)
                .with(sorted.count()));
    }
}
