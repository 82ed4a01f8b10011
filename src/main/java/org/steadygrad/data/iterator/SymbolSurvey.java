package org.steadygrad.data.iterator;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whether all batches' features may be sequences of symbols [batch, time], as DL4J's EmbeddingSequenceLayer takes them. */
final class SymbolSurvey {
    private boolean possible = true;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private long longest = 1;

    void add(INDArray features) {
        possible &= features.rank() == 2;
        if (!possible) {
            return;
        }
        longest = Math.max(longest, features.size(1));
        for (double value : features.castTo(DataType.DOUBLE).dup('c').data().asDouble()) {
            possible &= value >= 0 && value == Math.rint(value) && value < Double.POSITIVE_INFINITY;
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
    }

    /** Whether they are whole numbers, and not all the same. */
    boolean possible() {
        return possible && most > least;
    }

    /** Steps of the longest sequence. */
    int longest() {
        return Math.toIntExact(longest);
    }
}
