package org.steadygrad.engine.cpu.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.PlanOperation.Combination;

/** Joins tensors of one shape element by element. A sum hands its gradient on without copying. */
public final class CombineKernel implements Kernel, Workers.Range {
    private static final int GRAIN = 8 * CpuRuntime.CHUNK;

    private final CpuRuntime runtime;
    private final Combination combination;
    private final List<FloatMemory> inputs;
    private final FloatMemory output;
    private final List<Share> shares = new ArrayList<>();

    public CombineKernel(KernelContext context, PlanOperation.Combine operation, int number) {
        runtime = context.runtime();
        combination = operation.combination();
        inputs = operation.inputs().stream().map(context::value).toList();
        output = context.value(operation.output());
        for (int i = 0; combination != Combination.ADD && i < inputs.size(); i++) {
            int input = i;
            Optional<FloatMemory> target = context.inputGradient(number, input);
            target.ifPresent(memory -> shares.add(new Share(input, context.gradient(operation.output()), memory)));
        }
    }

    @Override
    public void forward(Pass pass) {
        runtime.workers().run(output.length(), GRAIN, this);
    }

    @Override
    public void backward(Pass pass) {
        for (int i = 0; i < shares.size(); i++) {
            runtime.workers().run(output.length(), GRAIN, shares.get(i));
        }
    }

    @Override
    public void run(int part, int from, int to) {
        float[] a = runtime.heap(part, 0);
        float[] b = runtime.heap(part, 1);
        for (int start = from; start < to; start += CpuRuntime.CHUNK) {
            int count = Math.min(CpuRuntime.CHUNK, to - start);
            inputs.get(0).read(start, a, count);
            for (int i = 1; i < inputs.size(); i++) {
                inputs.get(i).read(start, b, count);
                join(a, b, count);
            }
            if (combination == Combination.AVERAGE) {
                scale(a, 1f / inputs.size(), count);
            }
            output.write(start, a, count);
        }
    }

    private void join(float[] a, float[] b, int count) {
        switch (combination) {
            case ADD, AVERAGE -> {
                for (int i = 0; i < count; i++) {
                    a[i] += b[i];
                }
            }
            case SUBTRACT -> {
                for (int i = 0; i < count; i++) {
                    a[i] -= b[i];
                }
            }
            case PRODUCT -> multiply(a, b, count);
            case MAX -> {
                for (int i = 0; i < count; i++) {
                    a[i] = Math.max(a[i], b[i]);
                }
            }
        }
    }

    private static void multiply(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] *= b[i];
        }
    }

    private static void scale(float[] a, float factor, int count) {
        for (int i = 0; i < count; i++) {
            a[i] *= factor;
        }
    }

    /** The gradient of one input. */
    private final class Share implements Workers.Range {
        private final int input;
        private final FloatMemory gradient;
        private final FloatMemory target;

        Share(int input, FloatMemory gradient, FloatMemory target) {
            this.input = input;
            this.gradient = gradient;
            this.target = target;
        }

        @Override
        public void run(int part, int from, int to) {
            float[] g = runtime.heap(part, 0);
            for (int start = from; start < to; start += CpuRuntime.CHUNK) {
                int count = Math.min(CpuRuntime.CHUNK, to - start);
                gradient.read(start, g, count);
                switch (combination) {
                    case AVERAGE -> scale(g, 1f / inputs.size(), count);
                    case SUBTRACT -> scale(g, input == 0 ? 1 : -1, count);
                    case PRODUCT -> others(g, part, start, count);
                    case MAX -> whereLargest(g, part, start, count);
                    case ADD -> throw new IllegalStateException("A sum's gradient isn't copied.");
                }
                target.write(start, g, count);
            }
        }

        private void others(float[] g, int part, int start, int count) {
            float[] other = runtime.heap(part, 1);
            for (int i = 0; i < inputs.size(); i++) {
                if (i != input) {
                    inputs.get(i).read(start, other, count);
                    multiply(g, other, count);
                }
            }
        }

        private void whereLargest(float[] g, int part, int start, int count) {
            float[] own = runtime.heap(part, 1);
            float[] other = runtime.heap(part, 2);
            inputs.get(input).read(start, own, count);
            for (int j = 0; j < inputs.size(); j++) {
                inputs.get(j).read(start, other, count);
                for (int i = 0; j != input && i < count; i++) {
                    boolean beaten = j < input ? other[i] >= own[i] : other[i] > own[i];
                    g[i] = beaten ? 0 : g[i];
                }
            }
        }
    }
}
