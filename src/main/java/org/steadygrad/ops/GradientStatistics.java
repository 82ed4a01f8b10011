package org.steadygrad.ops;

import java.util.List;
import org.steadygrad.check.InvalidInputException;

/**
 * What one pass over a flat gradient yields, a row per block of its layout.
 *
 * @param layout the layout that the rows follow
 * @param rows one per block, in the layout's order
 */
public record GradientStatistics(FlatLayout layout, List<Row> rows) {

    /**
     * @param sumOfSquares sum of the squares of the block's elements; not finite if an element isn't
     * @param maxAbs largest magnitude
     * @param nonFinite number of NaN and infinite elements
     * @param zeros number of elements that are exactly 0
     */
    public record Row(double sumOfSquares, double maxAbs, long nonFinite, long zeros) {
        /** The block's 2-norm. */
        public double norm() {
            return Math.sqrt(sumOfSquares);
        }
    }

    public GradientStatistics {
        rows = List.copyOf(rows);
        if (rows.size() != layout.blocks().size()) {
            throw InvalidInputException.of(
                    "GradientStatistics", layout.blocks().size() + " rows, one per block", rows.size(), "");
        }
    }

    /** Euclidean norm over all trained blocks. */
    public double globalNorm() {
        double sum = 0;
        for (int i = 0; i < rows.size(); i++) {
            if (layout.blocks().get(i).trained()) {
                sum += rows.get(i).sumOfSquares();
            }
        }
        return Math.sqrt(sum);
    }

    /** Number of NaN and infinite elements in all blocks that aren't frozen. */
    public long nonFinite() {
        long count = 0;
        for (int i = 0; i < rows.size(); i++) {
            if (layout.blocks().get(i).kind() != ParameterBlock.Kind.FROZEN) {
                count += rows.get(i).nonFinite();
            }
        }
        return count;
    }

    /** Whether a step can be made of this gradient: no element that counts is NaN or infinite, nor is the norm. */
    public boolean isFinite() {
        return nonFinite() == 0 && Double.isFinite(globalNorm());
    }

    /** Says what isn't finite in a gradient that fails {@link #isFinite()}: how many elements, and where the first is. */
    public String describeNonFinite() {
        for (int i = 0; i < rows.size(); i++) {
            ParameterBlock block = layout.blocks().get(i);
            if (block.kind() != ParameterBlock.Kind.FROZEN && rows.get(i).nonFinite() > 0) {
                return nonFinite() + " of " + layout.length() + " elements NaN or infinite, the first parameter with"
                        + " such being " + block.name() + " (" + rows.get(i).nonFinite() + " of " + block.length()
                        + ")";
            }
        }
        return "a norm beyond the range of a double";
    }
}
