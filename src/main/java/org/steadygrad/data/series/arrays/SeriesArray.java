package org.steadygrad.data.series.arrays;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An array of a file, in C order.
 *
 * @param name its key; empty for a file of one array
 * @param shape sizes of its axes
 * @param numbers its elements if they are numbers or truth values, else null
 * @param texts its elements as text, whatever they are, if it has fewer than three axes; else null
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SeriesArray(String name, int[] shape, double[] numbers, String[] texts) {
    /** Number of axes. */
    public int axes() {
        return shape.length;
    }

    /** Whether its elements are numbers or truth values. */
    public boolean isNumbers() {
        return numbers != null;
    }

    List<Integer> shapeList() {
        return IntStream.of(shape).boxed().toList();
    }

    /** The last part of the name, where slashes part folders. */
    String plainName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return (name.isEmpty() ? "an array" : "\"" + name + "\"") + " " + Arrays.toString(shape);
    }
}
