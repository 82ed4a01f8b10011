package org.steadygrad.engine.cpu.layer;

import java.util.Arrays;
import java.util.Optional;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.PlanOperation.Pooling;

/**
 * Pools the time steps of every example; one without any yields zeros. As in DL4J, the gradient of a maximum goes to its first place.
 */
public final class PoolKernel implements Kernel {
    private static final int GRAIN = 4 * CpuRuntime.CHUNK;

    private final KernelContext context;
    private final Pooling pooling;
    private final double power;
    private final int examples;
    private final int steps;
    private final int size;
    private final Optional<FloatMemory> mask;
    private final FloatMemory input;
    private final FloatMemory output;
    private final Optional<FloatMemory> inputGradient;
    private final FloatMemory gradient;
    private final float[][][] heap;
    private final Workers.Range pool = this::pool;
    private final Workers.Range spread = this::spread;

    public PoolKernel(KernelContext context, PlanOperation.Pool operation, int number) {
        this.context = context;
        pooling = operation.pooling();
        power = operation.power();
        examples = context.shape().examples();
        steps = context.shape().timeSteps();
        size = operation.input().size();
        mask = context.mask(operation.mask());
        input = context.value(operation.input());
        output = context.value(operation.output());
        inputGradient = context.inputGradient(number, 0);
        gradient = inputGradient.isPresent() ? context.gradient(operation.output()) : null;
        heap = new float[context.runtime().threads()][4][size];
    }

    @Override
    public void forward(Pass pass) {
        run(pool);
    }

    @Override
    public void backward(Pass pass) {
        if (inputGradient.isPresent()) {
            run(spread);
        }
    }

    private void run(Workers.Range range) {
        context.runtime().workers().run(examples, GRAIN / (steps * size) + 1, range);
    }

    private float weight(int example, int step) {
        return mask.isPresent() ? mask.get().get(step * examples + example) : 1;
    }

    private int place(int example, int step) {
        return (step * examples + example) * size;
    }

    private void pool(int part, int from, int to) {
        float[] sum = heap[part][0];
        float[] x = heap[part][1];
        for (int example = from; example < to; example++) {
            Arrays.fill(sum, pooling == Pooling.MAX ? Float.NEGATIVE_INFINITY : 0);
            float count = 0;
            for (int step = 0; step < steps; step++) {
                float weight = weight(example, step);
                count += weight;
                if (weight != 0) {
                    input.read(place(example, step), x, size);
                    join(sum, x, weight);
                }
            }
            if (count == 0) {
                Arrays.fill(sum, 0);
            } else {
                finish(sum, count);
            }
            output.write(example * size, sum, size);
        }
    }

    private void join(float[] sum, float[] x, float weight) {
        for (int i = 0; i < size; i++) {
            sum[i] = switch (pooling) {
                case MAX -> Math.max(sum[i], x[i]);
                case AVERAGE, SUM -> sum[i] + weight * x[i];
                case POWER_NORM -> sum[i] + (float) Math.pow(Math.abs(weight * x[i]), power);
            };
        }
    }

    private void finish(float[] sum, float count) {
        for (int i = 0; i < size; i++) {
            sum[i] = switch (pooling) {
                case MAX, SUM -> sum[i];
                case AVERAGE -> sum[i] / count;
                case POWER_NORM -> (float) Math.pow(sum[i], 1 / power);
            };
        }
    }

    private void spread(int part, int from, int to) {
        float[] above = heap[part][0];
        float[] x = heap[part][1];
        float[] pooled = heap[part][2];
        float[] slope = heap[part][3];
        FloatMemory target = inputGradient.orElseThrow();
        for (int example = from; example < to; example++) {
            gradient.read(example * size, above, size);
            output.read(example * size, pooled, size);
            scale(above, pooled, example);
            for (int step = 0; step < steps; step++) {
                float weight = weight(example, step);
                input.read(place(example, step), x, size);
                share(above, x, pooled, slope, weight);
                target.write(place(example, step), slope, size);
            }
        }
    }

    /** What all steps' gradients have in common. */
    private void scale(float[] above, float[] pooled, int example) {
        float count = 0;
        for (int step = 0; step < steps; step++) {
            count += weight(example, step);
        }
        for (int i = 0; i < size; i++) {
            above[i] = switch (pooling) {
                case MAX, SUM -> above[i];
                case AVERAGE -> above[i] / count;
                case POWER_NORM -> above[i] / (float) Math.pow(pooled[i], power - 1);
            };
        }
    }

    private void share(float[] above, float[] x, float[] pooled, float[] slope, float weight) {
        for (int i = 0; i < size; i++) {
            slope[i] = weight == 0
                    ? 0
                    : switch (pooling) {
                        case MAX -> x[i] == pooled[i] ? above[i] : 0;
                        case AVERAGE, SUM -> weight * above[i];
                        case POWER_NORM ->
                            weight * above[i] * x[i] * (float) (power == 2 ? 1 : Math.pow(Math.abs(x[i]), power - 2));
                    };
            if (pooling == Pooling.MAX && weight != 0 && x[i] == pooled[i]) {
                pooled[i] = Float.NaN; // equal values at later steps get nothing
            }
        }
    }
}
