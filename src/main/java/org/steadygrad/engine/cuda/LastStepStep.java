package org.steadygrad.engine.cuda;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.PlanStep;

/** Takes every example's last row; zeros, to which no gradient goes back, of an example without any step. */
final class LastStepStep extends LaunchedStep {

    LastStepStep(Program program, PlanStep.LastStep step, int number) {
        super(program);
        int steps = program.shape().steps();
        int examples = program.shape().examples();
        int size = step.input().size();
        DeviceMemory output = program.value(step.output());
        Optional<DeviceMemory> mask = program.mask(step.mask());
        DeviceMemory last = mask.map(m -> program.scope().bytes((long) examples * Integer.BYTES))
                .orElse(null);
        mask.ifPresent(m -> inForward(runtime()
                .over(examples, "masks", "find_last_steps")
                .with(m)
                .with(last)
                .with(steps)
                .with(examples)));
        inForward(runtime()
                .over(output.length(), "masks", "last_rows")
                .with(program.value(step.input()))
                .with(last)
                .with(output)
                .with(steps)
                .with(examples)
                .with(size));
        program.inputGradient(number, 0)
                .ifPresent(target -> inBackward(runtime()
                        .over(target.length(), "masks", "last_rows_backward")
                        .with(program.gradient(step.output()))
                        .with(last)
                        .with(target)
                        .with(steps)
                        .with(examples)
                        .with(size)));
    }
}
