package org.steadygrad.engine.cpu.layer;

import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.RandomStream;

/**
 * Dropout in training. The backward pass draws the same numbers again: that takes less time than to keep a mask. Work is
 * divided by rows in the order of memory, random numbers count in the order [examples][steps][features].
 */
public final class DropoutKernel implements Kernel {
    private static final int GRAIN = CpuRuntime.CHUNK;

    private final CpuRuntime runtime;
    private final PlanOperation.Dropout operation;
    private final int examples;
    private final int steps;
    private final int size;
    private final long threshold;
    private final float scale;
    private final int[][] numbers;
    private final Dropping forward;
    private final Optional<Dropping> backward;
    private long seed;

    /** One direction: from one tensor to another. */
    private final class Dropping implements Workers.Range {
        private final FloatMemory from;
        private final FloatMemory to;

        Dropping(FloatMemory from, FloatMemory to) {
            this.from = from;
            this.to = to;
        }

        void run() {
            runtime.workers().run(from.length() / size, Math.max(1, GRAIN / size), this);
        }

        @Override
        public void run(int part, int first, int end) {
            float[] heap = runtime.heap(part, 0);
            if (steps == 1) {
                stretch(part, heap, first * size, (long) first * size, (end - first) * size);
                return;
            }
            for (int row = first; row < end; row++) {
                long example = row % examples;
                long time = row / examples;
                stretch(part, heap, row * size, (example * steps + time) * size, size);
            }
        }

        /** Elements that follow each other both in memory and in the stream. */
        private void stretch(int part, float[] heap, int start, long number, int length) {
            for (int done = 0; done < length; done += CpuRuntime.CHUNK) {
                int count = Math.min(CpuRuntime.CHUNK, length - done);
                from.read(start + done, heap, count);
                RandomStream.fill(seed, operation.stream(), number + done, numbers[part], count);
                keep(heap, numbers[part], count);
                to.write(start + done, heap, count);
            }
        }
    }

    public DropoutKernel(KernelContext context, PlanOperation.Dropout operation, int number) {
        this.operation = operation;
        runtime = context.runtime();
        examples = context.shape().examples();
        steps = operation.input().perTimeStep() ? context.shape().timeSteps() : 1;
        size = operation.input().size();
        threshold = RandomStream.threshold(operation.keep());
        scale = (float) (1 / operation.keep());
        numbers = new int[runtime.threads()][CpuRuntime.CHUNK];
        forward = new Dropping(context.value(operation.input()), context.value(operation.output()));
        backward = context.inputGradient(number, 0)
                .map(target -> new Dropping(context.gradient(operation.output()), target));
    }

    private void keep(float[] values, int[] drawn, int count) {
        for (int i = 0; i < count; i++) {
            values[i] = Integer.toUnsignedLong(drawn[i]) < threshold ? values[i] * scale : 0;
        }
    }

    @Override
    public void forward(Pass pass) {
        seed = pass.seed();
        forward.run();
    }

    @Override
    public void backward(Pass pass) {
        backward.ifPresent(Dropping::run);
    }
}
