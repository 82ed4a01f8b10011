package org.steadygrad.engine.cpu.layer;

import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.PlanOperation;

/** Finds the rows that hold nothing but the value that stands for no data, or have none anyway. */
public final class DeriveMaskKernel implements Kernel {
    private final int size;
    private final float masked;
    private final FloatMemory input;
    private final FloatMemory output;
    private final Optional<FloatMemory> mask;

    public DeriveMaskKernel(KernelContext context, PlanOperation.DeriveMask operation) {
        size = operation.input().size();
        masked = (float) operation.masked();
        input = context.value(operation.input());
        output = context.value(operation.output());
        mask = context.mask(operation.mask());
    }

    @Override
    public void forward(Pass pass) {
        for (int row = 0; row < output.length(); row++) {
            output.put(row, holdsData(row) ? 1 : 0);
        }
    }

    private boolean holdsData(int row) {
        if (mask.isPresent() && mask.get().get(row) == 0) {
            return false;
        }
        for (int i = 0; i < size; i++) {
            if (input.get(row * size + i) != masked) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void backward(Pass pass) {
        throw new IllegalStateException("engine cpu: a mask has no gradient.");
    }
}
