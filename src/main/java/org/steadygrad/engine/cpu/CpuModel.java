package org.steadygrad.engine.cpu;

import org.bytedeco.javacpp.Pointer;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.program.ProgramCache;

/**
 * What all programs of an engine share.
 *
 * @param plan of the model
 * @param runtime oneDNN and threads
 * @param memory parameters, gradient, updater state
 * @param packed parameters in oneDNN's layouts
 * @param activationBytes most bytes that a program's tensors and workspaces may take; 0 stands for no limit
 */
record CpuModel(Plan plan, CpuRuntime runtime, ModelMemory memory, PackedWeights packed, long activationBytes)
        implements AutoCloseable {
    /** Share of the machine's memory that programs may take together, unless a limit is set. */
    private static final int MEMORY_SHARE = 4;

    /** Programs by batch shape. */
    ProgramCache<Program> newPrograms() {
        long most = activationBytes > 0 ? activationBytes : Pointer.totalPhysicalBytes() / MEMORY_SHARE;
        return new ProgramCache<>(shape -> new Program(this, shape), most);
    }

    @Override
    public void close() {
        packed.close();
        memory.close();
        runtime.close();
    }
}
