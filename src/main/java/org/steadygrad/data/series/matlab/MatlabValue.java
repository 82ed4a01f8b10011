package org.steadygrad.data.series.matlab;

import java.util.List;

/** What a variable of a file holds. */
sealed interface MatlabValue {

    /**
     * Numbers or truth values; MATLAB has at least two axes.
     *
     * @param shape sizes of the axes
     * @param numbers the first axis fastest
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Numbers(int[] shape, double[] numbers) implements MatlabValue {}

    /** Text. @param rows one for each row of a matrix of characters, without the blanks that fill it up */
    record Text(List<String> rows) implements MatlabValue {}

    /** A cell array. @param values the first axis fastest */
    record Cells(List<MatlabValue> values) implements MatlabValue {}

    /** Anything else. @param what in words, such as "a table" */
    record Other(String what) implements MatlabValue {}
}
