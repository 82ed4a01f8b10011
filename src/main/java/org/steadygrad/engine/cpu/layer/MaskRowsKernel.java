package org.steadygrad.engine.cpu.layer;

import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.PlanOperation;

/** Multiplies rows by their mask, which is present. What stands in rows with a mask of 0 doesn't matter, NaN included. */
public final class MaskRowsKernel implements Kernel {
    private final CpuRuntime runtime;
    private final int size;
    private final FloatMemory mask;
    private final Masking forward;
    private final Optional<Masking> backward;

    /** One direction: from one tensor to another. */
    private final class Masking implements Workers.Range {
        private final FloatMemory from;
        private final FloatMemory to;

        Masking(FloatMemory from, FloatMemory to) {
            this.from = from;
            this.to = to;
        }

        void run() {
            runtime.workers().run(mask.length(), 4 * CpuRuntime.CHUNK / size + 1, this);
        }

        @Override
        public void run(int part, int first, int end) {
            float[] row = runtime.heap(part, 0);
            for (int i = first; i < end; i++) {
                float factor = mask.get(i);
                for (int start = 0; start < size; start += CpuRuntime.CHUNK) {
                    int count = Math.min(CpuRuntime.CHUNK, size - start);
                    from.read(i * size + start, row, count);
                    scale(row, count, factor);
                    to.write(i * size + start, row, count);
                }
            }
        }
    }

    public MaskRowsKernel(KernelContext context, PlanOperation.MaskRows operation, int number) {
        runtime = context.runtime();
        size = operation.input().size();
        mask = context.value(operation.mask());
        forward = new Masking(context.value(operation.input()), context.value(operation.output()));
        backward = context.inputGradient(number, 0)
                .map(target -> new Masking(context.gradient(operation.output()), target));
    }

    private static void scale(float[] row, int count, float factor) {
        for (int i = 0; i < count; i++) {
            row[i] = factor == 0 ? 0 : row[i] * factor;
        }
    }

    @Override
    public void forward(Pass pass) {
        forward.run();
    }

    @Override
    public void backward(Pass pass) {
        backward.ifPresent(Masking::run);
    }
}
