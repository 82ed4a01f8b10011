package org.steadygrad.engine.trace;

import org.steadygrad.model.ActivationRange;

/**
 * What a trace sees of a tensor of [rows, columns], some of whose rows may be masked.
 *
 * @param norm Euclidean norm of all elements, masked rows included
 * @param mean of the elements in rows that aren't masked; 0 when there are none
 * @param deviation standard deviation of the same
 * @param saturatedShare share of the same within 2 % of the range of a bound
 * @param deadShare share of columns that are 0 wherever they aren't masked; 0 where outputs can't die
 * @param nonFiniteRow first row with a non-finite element; -1 when all are finite
 * @param nonFinite the first non-finite element of that row; 0 when all are finite
 */
public record Reading(
        double norm,
        double mean,
        double deviation,
        double saturatedShare,
        double deadShare,
        int nonFiniteRow,
        double nonFinite) {

    /**
     * What one pass over a tensor adds up, in double, so that tiny gradients neither underflow nor overflow.
     *
     * @param sum of the elements in rows that aren't masked
     * @param squares sum of the squares of the same
     * @param maskedSquares the same of masked rows
     * @param rows number of rows that aren't masked
     * @param saturated number of elements in them that are saturated
     * @param dead number of columns that are 0 in all of them
     */
    public record Sums(double sum, double squares, double maskedSquares, long rows, long saturated, int dead) {}

    /** What would have been seen of a tensor whose elements are those of this one divided by a positive number. */
    public Reading dividedBy(double divisor) {
        return new Reading(
                norm / divisor,
                mean / divisor,
                deviation / divisor,
                saturatedShare,
                deadShare,
                nonFiniteRow,
                nonFinite);
    }

    /**
     * @param columns number of elements in a row
     * @param range of what the tensor can hold
     */
    public static Reading of(Sums sums, int columns, ActivationRange range, int nonFiniteRow, double nonFinite) {
        double count = Math.max(1, (double) sums.rows * columns);
        double mean = sums.sum / count;
        return new Reading(
                Math.sqrt(sums.squares + sums.maskedSquares),
                mean,
                Math.sqrt(Math.max(0, sums.squares / count - mean * mean)),
                sums.saturated / count,
                range.canDie() && sums.rows > 0 ? sums.dead / (double) columns : 0,
                nonFiniteRow,
                nonFinite);
    }
}
