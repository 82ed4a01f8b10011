package org.steadygrad.engine.cpu.update;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.SumKernel;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/** The gradients of all passes since the last update: one in the model's memory, or the sum of several in memory apart. */
public final class GradientSum implements AutoCloseable {
    private final FloatMemory gradient;
    private final Workers workers;

    /** Both null until gradients are first accumulated, which most runs never do. */
    private FloatMemory sum;

    private SumKernel add;
    private long examples;
    private int passes;

    public GradientSum(FloatMemory gradient, Workers workers) {
        this.gradient = gradient;
        this.workers = workers;
    }

    /**
     * To be called before a pass, which overwrites the gradient.
     *
     * @param accumulate whether the pass' gradient joins those since the last update
     */
    public void expect(boolean accumulate) {
        if (!accumulate) {
            discard();
        } else if (passes == 1) {
            if (sum == null) {
                sum = FloatMemory.allocate(gradient.length());
                add = new SumKernel(List.of(sum, gradient), sum, workers);
            }
            sum.copyFrom(gradient);
        }
    }

    /** Takes note of the gradient that a pass has just left. */
    public void collect(long batchExamples) {
        if (passes > 0) {
            add.run();
        }
        examples += batchExamples;
        passes++;
    }

    /** Forgets the gradients since the last update. */
    public void discard() {
        examples = 0;
        passes = 0;
    }

    /** Puts the sum of all passes where the last one's gradient lies. */
    public void finish() {
        if (passes > 1) {
            gradient.copyFrom(sum);
        }
    }

    /**
     * Puts an average over the examples in place of the gradient that {@link #finish} has left, in the blocks that are trained.
     *
     * @param average in the layout's order
     */
    public void replace(FlatLayout layout, float[] average) {
        for (ParameterBlock block : layout.blocks()) {
            if (block.trained()) {
                int from = Math.toIntExact(block.offset());
                float[] values = Arrays.copyOfRange(average, from, from + Math.toIntExact(block.length()));
                gradient.write(from, values, values.length);
            }
        }
        if (passes > 1) {
            sum.copyFrom(gradient);
        }
        examples = 1;
    }

    public long examples() {
        return examples;
    }

    public int passes() {
        return passes;
    }

    @Override
    public void close() {
        if (sum != null) {
            sum.close();
        }
    }
}
