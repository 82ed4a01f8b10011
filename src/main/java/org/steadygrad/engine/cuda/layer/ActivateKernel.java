package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** An activation function. */
public final class ActivateKernel extends LaunchedKernel {

    public ActivateKernel(KernelContext context, PlanOperation.Activate operation, int number) {
        super(context);
        DeviceMemory input = context.value(operation.input());
        DeviceMemory output = context.value(operation.output());
        Activation activation = new Activation(
                runtime(), operation.activation(), operation.input().size());
        inForward(activation.forward(input, output));
        if (!context.sharing().gradient(operation)) {
            context.inputGradient(number, 0)
                    .ifPresent(target -> inBackward(
                            activation.backward(input, output, context.gradient(operation.output()), target)));
        }
    }
}
