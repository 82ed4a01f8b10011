package org.steadygrad.ops;

import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * How the finite values of a tensor are distributed, in bins of equal width.
 *
 * @param low the smallest finite value; 0 when there is none
 * @param high the largest finite value; 0 when there is none
 * @param counts number of values by bin, bins from {@code low} to {@code high}; a value on the border of two counts in the upper
 *     one, {@code high} in the last
 * @param sum of the finite values
 * @param squares sum of their squares
 * @param nonFinite number of values that are NaN or infinite
 */
public record Histogram(double low, double high, List<Long> counts, double sum, double squares, long nonFinite) {
    /** Number of bins that are taken of tensors. */
    public static final int BINS = 40;

    public Histogram {
        counts = List.copyOf(counts);
        Check.positive(counts.size(), "histogram", "bins");
        if (!(low <= high)) {
            throw InvalidInputException.of("histogram", "low to be at most high", low + " and " + high, "");
        }
    }

    /** Number of finite values. */
    public long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    /** Collects values one by one, once their range is known. */
    public static final class Builder {
        private final double low;
        private final double high;
        private final long[] counts = new long[BINS];
        private double sum;
        private double squares;
        private long nonFinite;

        /**
         * @param low the smallest of the finite values that will come
         * @param high the largest of them
         */
        public Builder(double low, double high) {
            this.low = low;
            this.high = high;
        }

        public void add(double value) {
            if (!Double.isFinite(value)) {
                nonFinite++;
                return;
            }
            double share = high == low ? 0 : (value - low) / (high - low);
            counts[Math.max(0, Math.min(BINS - 1, (int) (share * BINS)))]++;
            sum += value;
            squares += value * value;
        }

        public Histogram build() {
            return new Histogram(
                    low, high, java.util.Arrays.stream(counts).boxed().toList(), sum, squares, nonFinite);
        }
    }

    /** The distribution of a part of an array. @param offset of the first element that counts @param length number of them */
    public static Histogram of(float[] values, int offset, int length) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = offset; i < offset + length; i++) {
            if (Float.isFinite(values[i])) {
                low = Math.min(low, values[i]);
                high = Math.max(high, values[i]);
            }
        }
        Builder builder = low <= high ? new Builder(low, high) : new Builder(0, 0);
        for (int i = offset; i < offset + length; i++) {
            builder.add(values[i]);
        }
        return builder.build();
    }
}
