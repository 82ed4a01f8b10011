package org.steadygrad.engine.cpu.kernel;

import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.plan.Plan;

/**
 * What all programs of an engine share.
 *
 * @param plan of the model
 * @param runtime oneDNN and threads
 * @param memory parameters, gradient, updater state
 * @param packed parameters in oneDNN's layouts
 * @param activationBytes most bytes that a program's tensors and workspaces may take; 0 stands for no limit
 */
public record CpuModel(Plan plan, CpuRuntime runtime, ModelMemory memory, PackedWeights packed, long activationBytes)
        implements AutoCloseable {
    @Override
    public void close() {
        packed.close();
        memory.close();
        runtime.close();
    }
}
