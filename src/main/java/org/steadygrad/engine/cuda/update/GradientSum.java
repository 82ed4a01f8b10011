package org.steadygrad.engine.cuda.update;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.stream.Sums;

/** The gradients of all passes since the last update: one in the model's memory, or the sum of several in memory apart. */
public final class GradientSum {
    private final CudaRuntime runtime;
    private final DeviceMemory gradient;

    /** Both null until gradients are first accumulated, which most runs never do. */
    private DeviceMemory sum;

    private Launch add;
    private long examples;
    private int passes;

    public GradientSum(CudaRuntime runtime, DeviceMemory gradient) {
        this.runtime = runtime;
        this.gradient = gradient;
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
                sum = runtime.scope().floats(gradient.length());
                add = Sums.launch(runtime, sum, gradient, sum);
            }
            runtime.stream().copy(sum, gradient);
        }
    }

    /** Takes note of the gradient that a pass has just left. */
    public void collect(long batchExamples) {
        if (passes > 0) {
            runtime.stream().launch(add);
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
            runtime.stream().copy(gradient, sum);
        }
    }

    /** To be called after {@link #finish}, when what lies there was replaced by an average over the examples. */
    public void averaged() {
        examples = 1;
        if (passes > 1) {
            runtime.stream().copy(sum, gradient);
        }
    }

    public long examples() {
        return examples;
    }

    public int passes() {
        return passes;
    }
}
