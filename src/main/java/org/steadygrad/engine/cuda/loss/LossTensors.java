package org.steadygrad.engine.cuda.loss;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;

/**
 * What the launches of a loss read and write.
 *
 * @param input [rows, size], what the activation function is applied to
 * @param output [rows, size]; the input itself if the function is the identity
 * @param training what training needs beyond that; empty in inference
 */
record LossTensors(DeviceMemory input, DeviceMemory output, Optional<Training> training) {

    /**
     * @param labels [rows, size], or [rows] numbers of classes; of quantiles [rows, size / quantiles]
     * @param mask one number for each stretch of {@code maskWidth} elements; empty when all count
     * @param maskWidth 1, or the size of a row
     * @param gradient [rows, size], of the loss by the input; empty when nobody needs it
     * @param partial one double for each block of any launch
     * @param sum one double, the loss summed over all rows
     * @param numbers settings of a loss that has some, one double each
     * @param byOutput what the terms of each output are multiplied by, one double each; empty when all count alike
     */
    record Training(
            DeviceMemory labels,
            Optional<DeviceMemory> mask,
            int maskWidth,
            Optional<DeviceMemory> gradient,
            DeviceMemory partial,
            DeviceMemory sum,
            Optional<DeviceMemory> numbers,
            Optional<DeviceMemory> byOutput) {}

    Optional<DeviceMemory> labels() {
        return training.map(Training::labels);
    }

    Optional<DeviceMemory> mask() {
        return training.flatMap(Training::mask);
    }

    int maskWidth() {
        return training.map(Training::maskWidth).orElse(1);
    }

    Optional<DeviceMemory> gradient() {
        return training.flatMap(Training::gradient);
    }

    Optional<DeviceMemory> partial() {
        return training.map(Training::partial);
    }
}
