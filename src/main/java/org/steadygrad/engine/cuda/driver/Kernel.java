package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
import static org.bytedeco.cuda.global.cudart.cuFuncSetAttribute;
import static org.bytedeco.cuda.global.cudart.cuModuleGetFunction;
import static org.bytedeco.cuda.global.cudart.cuOccupancyMaxActiveBlocksPerMultiprocessor;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;

/** A function on the device. */
public final class Kernel {
    /** Dynamic shared memory that every device gives without being asked. */
    private static final int USUAL_SHARED_BYTES = 48 << 10;

    private final String name;
    private final CUfunc_st function = new CUfunc_st();
    private int allowedSharedBytes = USUAL_SHARED_BYTES;

    Kernel(CUmod_st module, String name) {
        this.name = name;
        Status.driver(cuModuleGetFunction(function, module, name), "cuModuleGetFunction of " + name);
    }

    String name() {
        return name;
    }

    CUfunc_st function() {
        return function;
    }

    /**
     * @param grid number of blocks
     * @param block threads of each, a multiple of 32
     */
    public Launch launch(int grid, int block) {
        return launch(grid, block, 0);
    }

    /** @param sharedBytes dynamic shared memory of each block */
    public Launch launch(int grid, int block, int sharedBytes) {
        allow(sharedBytes);
        return new Launch(this, grid, block, sharedBytes, false);
    }

    /** A launch whose blocks all run at the same time, so that they can wait for each other. */
    public Launch cooperative(int grid, int block, int sharedBytes) {
        allow(sharedBytes);
        return new Launch(this, grid, block, sharedBytes, true);
    }

    /** Blocks of this size that run on one multiprocessor at the same time. */
    public int blocksPerMultiprocessor(int block, int sharedBytes) {
        allow(sharedBytes);
        int[] blocks = new int[1];
        Status.driver(
                cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, function, block, sharedBytes),
                "cuOccupancyMaxActiveBlocksPerMultiprocessor of " + name);
        return blocks[0];
    }

    private void allow(int sharedBytes) {
        if (sharedBytes > allowedSharedBytes) {
            Status.driver(
                    cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, sharedBytes),
                    sharedBytes + " bytes of shared memory for kernel " + name);
            allowedSharedBytes = sharedBytes;
        }
    }
}
