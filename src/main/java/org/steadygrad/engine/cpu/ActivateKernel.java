package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.steadygrad.engine.cpu.OneDnn.Call;
import org.steadygrad.engine.plan.PlanStep;

/** An elementwise activation function. */
final class ActivateKernel implements Kernel {
    private final Call forward;
    private final Optional<Call> backward;

    ActivateKernel(Program program, PlanStep.Activate step, int number) {
        Eltwise function = Eltwise.of(step.activation());
        forward = function.forward(program, program.matrix(step.input()), program.matrix(step.output()));
        backward = program.inputGradient(number, 0)
                .map(target -> function.backward(
                        program,
                        program.matrix(step.output()),
                        program.matrix(step.output(), program.gradient(step.output())),
                        program.matrix(step.input(), target)));
    }

    @Override
    public void forward(Pass pass) {
        forward.run();
    }

    @Override
    public void backward(Pass pass) {
        backward.ifPresent(Call::run);
    }
}
