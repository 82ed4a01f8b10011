package org.steadygrad.engine.cpu.onednn;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of ND4J's arrays, without copying where that can be. */
public final class NdMemory {
    private NdMemory() {}

    /** An array of floats with the same values; the array itself when it is one. */
    public static INDArray floats(INDArray array) {
        return array.dataType() == DataType.FLOAT ? array : array.castTo(DataType.FLOAT);
    }

    /** A vector's elements; copied first when they are of another type. They live as long as the array does. */
    public static FloatMemory of(INDArray vector) {
        INDArray dense = floats(vector);
        if (dense.elementWiseStride() != 1) {
            dense = dense.dup();
        }
        return FloatMemory.foreign(address(dense), dense.length());
    }

    /** Where the array's first element lies. */
    public static FloatPointer address(INDArray floats) {
        return new FloatPointer(floats.data().addressPointer());
    }
}
