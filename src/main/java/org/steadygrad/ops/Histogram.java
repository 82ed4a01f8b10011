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
 *     one, up to rounding, {@code high} in the last
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

    /** The histogram of the same values divided by a positive number. */
    public Histogram dividedBy(double divisor) {
        Check.positive(divisor, "histogram", "divisor");
        return new Histogram(
                low / divisor, high / divisor, counts, sum / divisor, squares / (divisor * divisor), nonFinite);
    }

    /** What is to be known of a tensor before its values are counted: a first reading of all of them. */
    public static final class Range {
        private static final int MAGNITUDE = Integer.MAX_VALUE;
        private static final int LARGEST = Float.floatToRawIntBits(Float.MAX_VALUE);

        private float low = Float.POSITIVE_INFINITY;
        private float high = Float.NEGATIVE_INFINITY;
        private boolean finite = true;

        /** Takes in the elements of an array from one position to before another. */
        public void take(float[] values, int from, int to) {
            float smallest = low;
            float largest = high;
            boolean all = finite;
            for (int i = from; i < to; i++) {
                float value = values[i];
                if (Math.abs(value) <= Float.MAX_VALUE) {
                    smallest = value < smallest ? value : smallest;
                    largest = value > largest ? value : largest;
                } else {
                    all = false;
                }
            }
            low = smallest;
            high = largest;
            finite = all;
        }

        /**
         * The same with values as {@link Float#floatToRawIntBits} gives them, in a tenth of the time: the order of floats is that
         * of integers once the bits of negative ones are turned over, and of integers whole vectors are compared at once.
         */
        public void takeBits(int[] bits, int from, int to) {
            int smallest = Integer.MAX_VALUE;
            int largest = Integer.MIN_VALUE;
            for (int i = from; i < to; i++) {
                int ordered = bits[i] ^ (bits[i] >> 31 & MAGNITUDE);
                smallest = Math.min(smallest, ordered);
                largest = Math.max(largest, ordered);
            }
            if (from < to && largest <= LARGEST && smallest >= ~LARGEST) {
                low = Math.min(low, ofOrdered(smallest));
                high = Math.max(high, ofOrdered(largest));
            } else {
                takeOneByOne(bits, from, to);
            }
        }

        private static float ofOrdered(int ordered) {
            return Float.intBitsToFloat(ordered ^ (ordered >> 31 & MAGNITUDE));
        }

        private void takeOneByOne(int[] bits, int from, int to) {
            float[] values = new float[to - from];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.intBitsToFloat(bits[from + i]);
            }
            take(values, 0, values.length);
        }

        /** Takes in what another one has. */
        public void take(Range other) {
            low = Math.min(low, other.low);
            high = Math.max(high, other.high);
            finite &= other.finite;
        }

        /** To be given the same values again. */
        public Builder builder() {
            // a 0 loses its sign by the sum
            return low <= high ? new Builder(0.0 + low, 0.0 + high, finite) : new Builder(0, 0, false);
        }
    }

    /** Counts values, once their range is known. */
    public static final class Builder {
        private final double low;
        private final double high;
        private final double binsPerUnit;
        private final boolean finite;
        /** The last place is for the largest value. */
        private final long[] counts = new long[BINS + 1];

        private final long[] more = new long[BINS + 1];
        private double sum;
        private double squares;
        private long nonFinite;

        /**
         * @param low the smallest of the finite values that will come
         * @param high the largest of them
         */
        public Builder(double low, double high) {
            this(low, high, false);
        }

        private Builder(double low, double high, boolean finite) {
            this.low = low;
            this.high = high;
            this.finite = finite;
            binsPerUnit = high == low ? 0 : BINS / (high - low);
        }

        /** @param value counted apart if it is NaN or infinite */
        public void add(double value) {
            if (!Double.isFinite(value)) {
                nonFinite++;
                return;
            }
            counts[Math.max(0, Math.min(BINS, (int) ((value - low) * binsPerUnit)))]++;
            sum += value;
            squares += value * value;
        }

        /** Adds the elements of an array from one position to before another. */
        public void add(float[] values, int from, int to) {
            if (finite) {
                addFinite(values, from, to);
            } else {
                for (int i = from; i < to; i++) {
                    add(values[i]);
                }
            }
        }

        /** Takes them by two: neighbours often fall into one bin, and its count would have to wait for itself. */
        private void addFinite(float[] values, int from, int to) {
            long[] even = counts;
            long[] odd = more;
            double evenSum = 0;
            double evenSquares = 0;
            double oddSum = 0;
            double oddSquares = 0;
            int pairs = from + (to - from) / 2 * 2;
            for (int i = from; i < pairs; i += 2) {
                double first = values[i];
                double second = values[i + 1];
                even[(int) ((first - low) * binsPerUnit)]++;
                odd[(int) ((second - low) * binsPerUnit)]++;
                evenSum += first;
                evenSquares += first * first;
                oddSum += second;
                oddSquares += second * second;
            }
            sum += evenSum + oddSum;
            squares += evenSquares + oddSquares;
            if (pairs < to) {
                add(values[pairs]);
            }
        }

        /** Adds what another one of the same range has counted. */
        public void add(Builder other) {
            for (int bin = 0; bin <= BINS; bin++) {
                counts[bin] += other.counts[bin] + other.more[bin];
            }
            sum += other.sum;
            squares += other.squares;
            nonFinite += other.nonFinite;
        }

        /** What was added so far. */
        public Histogram build() {
            Long[] bins = new Long[BINS];
            for (int bin = 0; bin < BINS; bin++) {
                bins[bin] = counts[bin] + more[bin];
            }
            bins[BINS - 1] += counts[BINS] + more[BINS];
            return new Histogram(low, high, List.of(bins), sum, squares, nonFinite);
        }
    }

    /** The distribution of a part of an array. @param offset of the first element that counts @param length number of them */
    public static Histogram of(float[] values, int offset, int length) {
        Range range = new Range();
        range.take(values, offset, offset + length);
        Builder builder = range.builder();
        builder.add(values, offset, offset + length);
        return builder.build();
    }
}
