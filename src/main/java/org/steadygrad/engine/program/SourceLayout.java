package org.steadygrad.engine.program;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * Where the elements of a batch's array lie, as a program's time-major rows want them; strides count elements.
 *
 * @param steps number of time steps
 * @param stepStride from one time step to the next
 * @param exampleStride from one example to the next
 * @param featureStride from one element of a row to the next
 */
public record SourceLayout(int steps, long stepStride, long exampleStride, long featureStride) {

    /**
     * @param who asks, for errors
     * @param array [examples, size], [examples, steps] with a size of 1, or a sequence [examples, size, steps] or
     *     [examples, steps, size]
     * @param format of sequences
     * @param size number of elements in a row
     * @param rows number of rows wanted
     */
    public static SourceLayout of(String who, INDArray array, RNNFormat format, int size, long rows) {
        int time = array.rank() < 3 ? -1 : format == RNNFormat.NCW ? 2 : 1;
        boolean turned = array.rank() == 2
                ? size > 1 && array.size(1) != size
                : time > 0 && (array.rank() != 3 || array.size(3 - time) != size);
        if (array.length() != rows * size || turned) {
            throw InvalidInputException.of(
                    who,
                    rows * size + " elements, " + size + " for each of " + rows + " rows",
                    "shape " + Arrays.toString(array.shape()),
                    "Features, labels and masks of a batch must agree in examples and time steps.");
        }
        if (array.rank() == 3) {
            int steps = Math.toIntExact(array.size(time));
            return new SourceLayout(steps, array.stride(time), array.stride(0), array.stride(3 - time));
        }
        if (array.rank() == 2) {
            int steps = size == 1 ? Math.toIntExact(array.size(1)) : 1;
            return new SourceLayout(steps, array.stride(1), array.stride(0), array.stride(1));
        }
        return new SourceLayout(1, 1, array.rank() == 0 ? 1 : array.stride(0), 1);
    }
}
