package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/**
 * Where a recurrent layer is compiled.
 *
 * @param runtime device and stream
 * @param scope owns memory that lasts as long as the layer
 * @param scratch gives memory that holds nothing beyond one pass forward or backward of one layer
 */
record ScanPlace(CudaRuntime runtime, DeviceScope scope, Scratch scratch) {

    /** Memory that several users share, one after the other. */
    interface Scratch {
        /** The same memory for the same size and number. */
        DeviceMemory get(long bytes, long number);
    }

    /** Numbers of what is in use at the same time. */
    enum Use {
        RECURRENT_PRODUCTS,
        COLUMN_PARTS,
        GATES,
        CELLS,
        STATES,
        TOTAL,
        STATE_GRADIENT,
        CELL_GRADIENT,
        WORKSPACE,
        TURNED_GRADIENT,
        TURNED_INPUT_GRADIENT,
        EXCHANGE
    }

    /** Floats of scratch memory. */
    DeviceMemory floats(Use use, long count) {
        return scratch.get(count * Float.BYTES, use.ordinal());
    }
}
