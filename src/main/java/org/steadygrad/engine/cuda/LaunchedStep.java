package org.steadygrad.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cuda.driver.Launch;

/** A step that is nothing but work in a fixed order. */
abstract class LaunchedStep implements StepKernel {
    /** Numbers of {@link Program#scratch}: a step's own use of such memory doesn't overlap. */
    static final int SCRATCH_GRADIENT = 0;

    static final int SCRATCH_PARTS = 1;

    private final CudaRuntime runtime;
    private final List<Runnable> forward = new ArrayList<>();
    private final List<Runnable> backward = new ArrayList<>();

    LaunchedStep(Program program) {
        runtime = program.runtime();
    }

    final CudaRuntime runtime() {
        return runtime;
    }

    final void inForward(Launch launch) {
        inForward(() -> runtime.stream().launch(launch));
    }

    /** @param work enqueues on the compute stream */
    final void inForward(Runnable work) {
        forward.add(work);
    }

    final void inBackward(Launch launch) {
        inBackward(() -> runtime.stream().launch(launch));
    }

    /** @param work enqueues on the compute stream */
    final void inBackward(Runnable work) {
        backward.add(work);
    }

    @Override
    public final void forward() {
        forward.forEach(Runnable::run);
    }

    @Override
    public final void backward() {
        backward.forEach(Runnable::run);
    }
}
