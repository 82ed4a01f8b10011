package org.steadygrad.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** A flat parameter or gradient vector, checked against its layout, and views into it. */
record FlatVector(INDArray array) {

    /**
     * @param array any shape whose elements lie one after the other, such as DL4J's [1, n]
     * @return a view of it, of rank 1
     */
    static FlatVector of(INDArray array, FlatLayout layout, String who, String name) {
        Check.notNull(array, who, name);
        Check.notNull(layout, who, "layout");
        if (array.length() != layout.length()) {
            throw InvalidInputException.of(
                    who,
                    name + " of " + layout.length() + " elements, as its layout has",
                    array.length() + " elements of shape " + Arrays.toString(array.shape()),
                    "Take the layout from the network that the vector belongs to.");
        }
        boolean flat = array.isEmpty() || array.isVectorOrScalar();
        if (!array.isR() || !flat || (!array.isEmpty() && array.elementWiseStride() != 1)) {
            throw InvalidInputException.of(
                    who,
                    name + " to be a vector of floating-point numbers without gaps",
                    array.dataType() + " of shape " + Arrays.toString(array.shape()) + ", strides "
                            + Arrays.toString(array.stride()),
                    "Give the flat vector itself, not a strided view of it.");
        }
        return new FlatVector(array.isEmpty() || array.rank() == 1 ? array : array.reshape(array.length()));
    }

    INDArray view(ParameterBlock block) {
        return view(block.offset(), block.offset() + block.length());
    }

    INDArray view(long from, long to) {
        return array.get(NDArrayIndex.interval(from, to));
    }

    /** The block as [fan-in, units]: a column per unit; the whole block is one unit if it is a vector or a scalar. */
    INDArray units(ParameterBlock block) {
        long axes = block.shape().stream().filter(size -> size != 1).count();
        long units = axes < 2 ? 1 : block.shape().get(block.shape().size() - 1);
        return view(block).reshape('f', block.length() / units, units);
    }
}
