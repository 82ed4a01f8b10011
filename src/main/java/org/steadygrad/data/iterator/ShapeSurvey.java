package org.steadygrad.data.iterator;

import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/** What the shapes of all batches' features, or labels, have in common if their sequences have one format. */
final class ShapeSurvey {
    private final RNNFormat format;
    private final String name;
    private int rank;
    private long size;
    private long longest = 1;
    private InvalidInputException problem;

    /** @param name of the arrays, for errors */
    ShapeSurvey(RNNFormat format, String name) {
        this.format = format;
        this.name = name;
    }

    /** @param mask null, or [batch, time] for sequences */
    void add(INDArray array, INDArray mask, String place) {
        int sizeAxis = sizeAxis(array);
        if (rank == 0) {
            rank = array.rank();
            size = array.size(sizeAxis);
        } else if (rank != array.rank() || size != array.size(sizeAxis)) {
            note(place, name + " of rank " + rank + " and size " + size + " as in the first batch", array);
        }
        if (array.rank() == 3) {
            long steps = array.size(3 - sizeAxis);
            longest = Math.max(longest, steps);
            if (mask != null && mask.rank() == 2 && mask.size(1) != steps) {
                note(place, name + " with as many time steps as their mask, " + mask.size(1), array);
            }
        }
    }

    private void note(String place, String expected, INDArray array) {
        if (problem == null) {
            problem = InvalidInputException.of(
                    place + (format == RNNFormat.NWC ? ", sequences [batch, time, size]" : ""),
                    expected,
                    Arrays.toString(array.shape()),
                    "");
        }
    }

    int sizeAxis(INDArray array) {
        return array.rank() == 3 && format == RNNFormat.NWC ? 2 : 1;
    }

    /** Why the batches don't go together; empty when they do. */
    Optional<InvalidInputException> problem() {
        return Optional.ofNullable(problem);
    }

    boolean sequences() {
        return rank == 3;
    }

    /** Numbers per row. */
    int size() {
        return Math.toIntExact(size);
    }

    /** Steps of the longest sequence; 1 for vectors. */
    int longest() {
        return Math.toIntExact(longest);
    }
}
