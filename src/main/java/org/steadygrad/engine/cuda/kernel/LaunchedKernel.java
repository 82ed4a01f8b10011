package org.steadygrad.engine.cuda.kernel;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/** A kernel that is nothing but work in a fixed order. */
public abstract class LaunchedKernel implements OperationKernel {
    /** Numbers of {@link KernelContext#scratch}: a kernel's own use of such memory doesn't overlap. */
    public static final int SCRATCH_GRADIENT = 0;

    public static final int SCRATCH_PARTS = 1;

    private final CudaRuntime runtime;
    private final List<Runnable> forward = new ArrayList<>();
    private final List<Runnable> backward = new ArrayList<>();

    public LaunchedKernel(KernelContext context) {
        runtime = context.runtime();
    }

    protected final CudaRuntime runtime() {
        return runtime;
    }

    protected final void inForward(Launch launch) {
        inForward(() -> runtime.stream().launch(launch));
    }

    /** @param work enqueues on the compute stream */
    protected final void inForward(Runnable work) {
        forward.add(work);
    }

    protected final void inBackward(Launch launch) {
        inBackward(() -> runtime.stream().launch(launch));
    }

    /** @param work enqueues on the compute stream */
    protected final void inBackward(Runnable work) {
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
