package org.steadygrad.engine.cuda.kernel;

import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.Plan;

/**
 * What all programs of an engine share.
 *
 * @param plan of the model
 * @param runtime device and streams
 * @param memory parameters, gradient, updater state
 * @param numbers that passes take and leave
 * @param activationBytes most bytes that a program's tensors and workspaces may take; 0 stands for no limit
 */
public record CudaModel(Plan plan, CudaRuntime runtime, ModelMemory memory, PassNumbers numbers, long activationBytes)
        implements AutoCloseable {
    /** What the gradient of the loss is multiplied by, and the update divides by. */
    public LossScale lossScale() {
        return numbers.lossScale();
    }

    @Override
    public void close() {
        runtime.close();
    }
}
