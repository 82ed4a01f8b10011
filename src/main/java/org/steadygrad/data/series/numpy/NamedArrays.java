package org.steadygrad.data.series.numpy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.arrays.SeriesArray;

/** The arrays of numbers in an {@code .npz} file, for those who know what they are. */
public final class NamedArrays {
    private NamedArrays() {}

    /**
     * An array.
     *
     * @param shape sizes of its axes
     * @param numbers in C order
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Numbers(int[] shape, double[] numbers) {}

    /**
     * Reads all arrays.
     *
     * @return by name, in the order of the file
     * @throws InvalidInputException if the file can't be read, or one of its arrays isn't of numbers
     */
    public static Map<String, Numbers> read(Path file) {
        Map<String, Numbers> arrays = new LinkedHashMap<>();
        for (SeriesArray array : NumpyReader.arrays(DataFile.of("--data", file.toString()))) {
            if (!array.isNumbers()) {
                throw InvalidInputException.of(
                        file + ", array \"" + array.name() + "\"",
                        "numbers",
                        "text",
                        "Save it as an array of numbers.");
            }
            arrays.put(array.name(), new Numbers(array.shape(), array.numbers()));
        }
        return arrays;
    }
}
