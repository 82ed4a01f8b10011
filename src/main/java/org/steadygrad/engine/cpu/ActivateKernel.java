package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.steadygrad.engine.plan.PlanStep;

/** An activation function. */
final class ActivateKernel implements Kernel {
    private final Runnable forward;
    private final Optional<Runnable> backward;

    ActivateKernel(Program program, PlanStep.Activate step, int number) {
        Activation function = new Activation(program, step.activation());
        forward = function.forward(step.input(), step.output());
        backward = program.inputGradient(number, 0)
                .map(target -> function.backward(step.input(), step.output(), program.gradient(step.output()), target));
    }

    @Override
    public void forward(Pass pass) {
        forward.run();
    }

    @Override
    public void backward(Pass pass) {
        backward.ifPresent(Runnable::run);
    }
}
