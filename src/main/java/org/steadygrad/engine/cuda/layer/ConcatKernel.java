package org.steadygrad.engine.cuda.layer;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/** Puts rows side by side: each input is copied to or from its columns of the output. */
public final class ConcatKernel extends LaunchedKernel {

    /** Columns of a tensor. */
    private record Columns(DeviceMemory memory, int size, int first) {}

    public ConcatKernel(KernelContext context, PlanOperation.Concat operation, int number) {
        super(context);
        int whole = operation.output().size();
        int column = 0;
        for (int i = 0; i < operation.inputs().size(); i++) {
            Value input = operation.inputs().get(i);
            int size = input.size();
            int first = column;
            DeviceMemory own = context.value(input);
            inForward(
                    copy(new Columns(own, size, 0), new Columns(context.value(operation.output()), whole, first), own));
            context.inputGradient(number, i).ifPresent(target -> {
                DeviceMemory gradient = context.gradient(operation.output());
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
