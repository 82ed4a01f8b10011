package org.steadygrad.engine.cpu.activation;

import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.plan.PlanOperation;

/** An activation function. */
public final class ActivateKernel implements Kernel {
    private final Runnable forward;
    private final Optional<Runnable> backward;

    public ActivateKernel(KernelContext context, PlanOperation.Activate operation, int number) {
        Activation function = new Activation(context, operation.activation());
        forward = function.forward(operation.input(), operation.output());
        backward = context.inputGradient(number, 0)
                .map(target -> function.backward(
                        operation.input(), operation.output(), context.gradient(operation.output()), target));
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
