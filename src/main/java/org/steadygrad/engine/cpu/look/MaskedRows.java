package org.steadygrad.engine.cpu.look;

import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.model.ActivationRange;

/**
 * A tensor that is looked at.
 *
 * @param data [rows, columns]
 * @param columns number of elements in a row
 * @param mask [rows], 0 where there is no data; null when there is data everywhere
 * @param range of what the tensor can hold
 */
public record MaskedRows(FloatMemory data, int columns, float[] mask, ActivationRange range) {
    /** A vector, all of whose elements count. */
    static MaskedRows all(FloatMemory data) {
        return new MaskedRows(data, 1, null, ActivationRange.NONE);
    }

    int rows() {
        return data.length() / columns;
    }

    boolean present(int row) {
        return mask == null || mask[row] != 0;
    }
}
