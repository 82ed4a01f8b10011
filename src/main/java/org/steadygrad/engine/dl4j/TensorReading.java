package org.steadygrad.engine.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.model.ActivationRange;
import org.steadygrad.ops.Histogram;

/**
 * What one look at a layer's output, or at the gradient of it, yields. Everything is summed in double, so that tiny
 * gradients of float arrays neither underflow nor overflow on the way to their norm.
 *
 * @param norm Euclidean norm of all elements, masked steps included
 * @param mean of the elements that aren't masked; 0 when there are none
 * @param deviation standard deviation of the same
 * @param saturatedShare share of the same within 2 % of the range of a bound
 * @param deadShare share of units that are 0 wherever they aren't masked
 * @param nonFiniteStep first time step with a non-finite element, -1 without a time axis
 * @param nonFinite that element; 0 when all are finite
 */
record TensorReading(
        double norm,
        double mean,
        double deviation,
        double saturatedShare,
        double deadShare,
        int nonFiniteStep,
        double nonFinite) {

    boolean finite() {
        return nonFinite == 0;
    }

    /**
     * How an array's axes are meant.
     *
     * @param examples number of examples of the minibatch
     * @param steps number of time steps of the minibatch's sequences; 1 when it has none
     * @param mask by example and time step, true where there is data; null when everywhere
     */
    record Axes(int examples, int steps, boolean[][] mask) {

        /** The mask of a sequence batch, [examples, steps], of any data type; may be null. */
        static Axes of(int examples, int steps, INDArray mask) {
            if (mask == null || mask.rank() != 2 || mask.size(0) != examples || mask.size(1) != steps) {
                return new Axes(examples, steps, null);
            }
            double[] values = doubles(mask);
            boolean[][] there = new boolean[examples][steps];
            for (int i = 0; i < values.length; i++) {
                there[i / steps][i % steps] = values[i] != 0;
            }
            return new Axes(examples, steps, there);
        }

        private boolean masked(int example, int step) {
            return mask != null
                    && step >= 0
                    && example < mask.length
                    && step < mask[example].length
                    && !mask[example][step];
        }
    }

    /**
     * Reads an array.
     *
     * @param array [examples, units], [examples, units, steps], [steps * examples, units] (sequences unrolled for a
     *     dense layer) or [examples, channels, ...]
     * @param range what the layer's activation can yield
     */
    static TensorReading of(INDArray array, Axes axes, ActivationRange range) {
        Pass pass = new Pass(array, axes, range);
        double[] values = doubles(array);
        for (int i = 0; i < values.length; i++) {
            pass.take(i, values[i]);
        }
        return pass.reading();
    }

    /**
     * The distribution of an array's elements that aren't masked.
     *
     * @param array as {@link #of} takes it
     */
    static Histogram histogram(INDArray array, Axes axes) {
        Places places = new Places(array, axes);
        double[] values = doubles(array);
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            if (Double.isFinite(values[i]) && !places.masked(i)) {
                low = Math.min(low, values[i]);
                high = Math.max(high, values[i]);
            }
        }
        Histogram.Builder builder = low <= high ? new Histogram.Builder(low, high) : new Histogram.Builder(0, 0);
        for (int i = 0; i < values.length; i++) {
            if (!places.masked(i)) {
                builder.add(values[i]);
            }
        }
        return builder.build();
    }

    /** The elements in 'c' order. */
    static double[] doubles(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    /** Where the elements of an array in 'c' order belong. */
    private static final class Places {
        private final Axes axes;
        private final int units;
        private final int inner;
        private final boolean timeInside;
        private final boolean timeOutside;

        Places(INDArray array, Axes axes) {
            this.axes = axes;
            units = array.rank() < 2 ? 1 : (int) array.size(1);
            long outer = array.rank() < 1 ? 1 : array.size(0);
            inner = (int) Math.max(1, array.length() / Math.max(1, outer * units));
            timeInside = array.rank() == 3;
            timeOutside = array.rank() == 2 && axes.steps() > 1 && outer == (long) axes.examples() * axes.steps();
        }

        private int outer(int index) {
            return index / (inner * units);
        }

        int unit(int index) {
            return index / inner % units;
        }

        /** -1 without a time axis. */
        int step(int index) {
            return timeInside ? index % inner : timeOutside ? outer(index) / axes.examples() : -1;
        }

        boolean masked(int index) {
            return axes.masked(timeOutside ? outer(index) % axes.examples() : outer(index), step(index));
        }
    }

    private static final class Pass {
        private final Places places;
        private final ActivationRange range;
        private final boolean[] alive;
        private double squares;
        private double shifted;
        private double shiftedSquares;
        private double shift = Double.NaN;
        private long count;
        private long saturated;
        private int nonFiniteStep = Integer.MAX_VALUE;
        private double nonFinite;

        Pass(INDArray array, Axes axes, ActivationRange range) {
            this.range = range;
            places = new Places(array, axes);
            alive = new boolean[places.units];
        }

        void take(int index, double value) {
            squares += value * value;
            if (!Double.isFinite(value)) {
                int at = places.step(index);
                if (nonFinite == 0 || at < nonFiniteStep) {
                    nonFiniteStep = at;
                    nonFinite = value;
                }
            }
            if (places.masked(index)) {
                return;
            }
            if (count++ == 0) {
                shift = value;
            }
            shifted += value - shift;
            shiftedSquares += (value - shift) * (value - shift);
            if (range.saturated(value)) {
                saturated++;
            }
            if (value != 0) {
                alive[places.unit(index)] = true;
            }
        }

        TensorReading reading() {
            int dead = 0;
            for (boolean unit : alive) {
                dead += unit ? 0 : 1;
            }
            double n = Math.max(1, count);
            double mean = count == 0 ? 0 : shift + shifted / n;
            double variance = shiftedSquares / n - shifted / n * (shifted / n);
            return new TensorReading(
                    Math.sqrt(squares),
                    mean,
                    Math.sqrt(variance < 0 ? 0 : variance),
                    saturated / n,
                    range.canDie() && count > 0 ? dead / (double) alive.length : 0,
                    nonFinite == 0 ? -1 : nonFiniteStep,
                    nonFinite);
        }
    }
}
