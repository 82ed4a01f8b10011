package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.PlanStep;

/** An activation function. */
final class ActivateStep extends LaunchedStep {

    ActivateStep(Program program, PlanStep.Activate step, int number) {
        super(program);
        DeviceMemory input = program.value(step.input());
        DeviceMemory output = program.value(step.output());
        Activation activation =
                new Activation(runtime(), step.activation(), step.input().size());
        inForward(activation.forward(input, output));
        if (!program.sharing().gradient(step)) {
            program.inputGradient(number, 0)
                    .ifPresent(target ->
                            inBackward(activation.backward(input, output, program.gradient(step.output()), target)));
        }
    }
}
