package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.plan.PlanStep;

/**
 * Pools the steps of every example; one without any yields zeros. As in DL4J, the gradient of a maximum goes to its first place.
 */
final class PoolStep extends LaunchedStep {

    PoolStep(Program program, PlanStep.Pool step, int number) {
        super(program);
        DeviceMemory input = program.value(step.input());
        DeviceMemory mask = program.mask(step.mask()).orElse(null);
        DeviceMemory output = program.value(step.output());
        Launch forward = runtime()
                .over(output.length(), "pool", "pool_forward")
                .with(input)
                .with(mask)
                .with(output);
        inForward(withSettings(forward, program, step));
        program.inputGradient(number, 0).ifPresent(target -> {
            Launch backward = runtime()
                    .over(output.length(), "pool", "pool_backward")
                    .with(input)
                    .with(mask)
                    .with(output)
                    .with(program.gradient(step.output()))
                    .with(target);
            inBackward(withSettings(backward, program, step));
        });
    }

    private static Launch withSettings(Launch launch, Program program, PlanStep.Pool step) {
        return launch.with(step.pooling().ordinal())
                .with((float) step.power())
                .with(program.shape().steps())
                .with(program.shape().examples())
                .with(step.input().size());
    }
}
