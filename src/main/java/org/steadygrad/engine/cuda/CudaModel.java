package org.steadygrad.engine.cuda;

import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.program.ProgramCache;

/**
 * What all programs of an engine share.
 *
 * @param plan of the model
 * @param runtime device and streams
 * @param memory parameters, gradient, updater state
 * @param numbers that passes take and leave
 * @param activationBytes most bytes that a program's tensors and workspaces may take; 0 stands for no limit
 */
record CudaModel(Plan plan, CudaRuntime runtime, ModelMemory memory, PassNumbers numbers, long activationBytes)
        implements AutoCloseable {
    /** Share of the device's free memory that programs of other shapes may keep, unless a limit is set. */
    private static final int MEMORY_SHARE = 2;

    /** What the gradient of the loss is multiplied by, and the update divides by. */
    LossScale lossScale() {
        return numbers.lossScale();
    }

    /** Programs by batch shape. */
    ProgramCache<Program> newPrograms() {
        long most = activationBytes > 0
                ? activationBytes
                : runtime.device().memory().free() / MEMORY_SHARE;
        return new ProgramCache<>(shape -> new Program(this, shape), most);
    }

    @Override
    public void close() {
        runtime.close();
    }
}
