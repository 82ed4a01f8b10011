package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.steadygrad.engine.plan.PlanStep;

/** Multiplies rows by their mask, which is present. What stands in rows with a mask of 0 doesn't matter, NaN included. */
final class MaskKernel implements Kernel {
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

    MaskKernel(Program program, PlanStep.MaskRows step, int number) {
        runtime = program.runtime();
        size = step.input().size();
        mask = program.value(step.mask());
        forward = new Masking(program.value(step.input()), program.value(step.output()));
        backward = program.inputGradient(number, 0).map(target -> new Masking(program.gradient(step.output()), target));
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
