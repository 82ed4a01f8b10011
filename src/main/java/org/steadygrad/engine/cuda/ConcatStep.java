package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.Value;

/** Puts rows side by side: each input is copied to or from its columns of the output. */
final class ConcatStep extends LaunchedStep {

    /** Columns of a tensor. */
    private record Columns(DeviceMemory memory, int size, int first) {}

    ConcatStep(Program program, PlanStep.Concat step, int number) {
        super(program);
        int whole = step.output().size();
        int column = 0;
        for (int i = 0; i < step.inputs().size(); i++) {
            Value input = step.inputs().get(i);
            int size = input.size();
            int first = column;
            DeviceMemory own = program.value(input);
            inForward(copy(new Columns(own, size, 0), new Columns(program.value(step.output()), whole, first), own));
            program.inputGradient(number, i).ifPresent(target -> {
                DeviceMemory gradient = program.gradient(step.output());
                inBackward(copy(new Columns(gradient, whole, first), new Columns(target, size, 0), target));
            });
            column += size;
        }
    }

    /** @param part the one of both that is copied from or to as a whole */
    private Launch copy(Columns from, Columns to, DeviceMemory part) {
        return runtime()
                .over(part.length(), "joins", "copy_columns")
                .with(from.memory)
                .with(from.size)
                .with(from.first)
                .with(to.memory)
                .with(to.size)
                .with(to.first)
                .with(Math.min(from.size, to.size))
                .with(part.length());
    }
}
