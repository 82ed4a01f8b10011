package org.steadygrad.check;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Argument and shape checks with the toolkit's wording. Every method throws {@link InvalidInputException}. */
public final class Check {
    private Check() {}

    /**
     * Refuses null.
     *
     * @return {@code value}
     */
    public static <T> T notNull(T value, String who, String name) {
        if (value == null) {
            throw InvalidInputException.of(who, name + " to be given", null, "");
        }
        return value;
    }

    /**
     * For conditions that have no name of their own.
     *
     * @param expected in words
     */
    public static void that(boolean condition, String who, String expected, Object got) {
        if (!condition) {
            throw InvalidInputException.of(who, expected, got, "");
        }
    }

    /**
     * Refuses what is below 1.
     *
     * @return {@code value}
     */
    public static int positive(int value, String who, String name) {
        return (int) positive((long) value, who, name);
    }

    /**
     * Refuses what is below 1.
     *
     * @return {@code value}
     */
    public static long positive(long value, String who, String name) {
        if (value < 1) {
            throw InvalidInputException.of(who, name + " to be at least 1", value, "");
        }
        return value;
    }

    /** @return {@code value} if it is finite and greater than zero. */
    public static double positive(double value, String who, String name) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw InvalidInputException.of(who, name + " to be a finite number above 0", value, "");
        }
        return value;
    }

    /** @return {@code value} if it is {@code least} or more. */
    public static int atLeast(int value, int least, String who, String name) {
        if (value < least) {
            throw InvalidInputException.of(who, name + " to be at least " + least, value, "");
        }
        return value;
    }

    /**
     * Refuses what is below 0.
     *
     * @return {@code value}
     */
    public static long nonNegative(long value, String who, String name) {
        if (value < 0) {
            throw InvalidInputException.of(who, name + " to be 0 or more", value, "");
        }
        return value;
    }

    /**
     * Refuses what is below 0, infinite or NaN.
     *
     * @return {@code value}
     */
    public static double nonNegative(double value, String who, String name) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw InvalidInputException.of(who, name + " to be a finite number, 0 or more", value, "");
        }
        return value;
    }

    /** @return {@code value} if {@code low <= value < high}. */
    public static double inHalfOpen(double value, double low, double high, String who, String name) {
        if (!(value >= low && value < high)) {
            throw InvalidInputException.of(who, name + " to be in [" + low + ", " + high + ")", value, "");
        }
        return value;
    }

    /** @return {@code value} if {@code low <= value <= high}. */
    public static double inClosed(double value, double low, double high, String who, String name) {
        if (!(value >= low && value <= high)) {
            throw InvalidInputException.of(who, name + " to be in [" + low + ", " + high + "]", value, "");
        }
        return value;
    }

    /** @return {@code value} if {@code low < value < high}. */
    public static double inOpen(double value, double low, double high, String who, String name) {
        if (!(value > low && value < high)) {
            throw InvalidInputException.of(who, name + " to be in (" + low + ", " + high + ")", value, "");
        }
        return value;
    }

    /** @param shape expected sizes; -1 stands for any size */
    public static INDArray shape(INDArray array, String who, String name, long... shape) {
        notNull(array, who, name);
        boolean fits = array.rank() == shape.length;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = shape[i] < 0 || shape[i] == array.size(i);
        }
        if (!fits) {
            String expected = Arrays.toString(shape).replace("-1", "any");
            throw InvalidInputException.of(
                    who, name + " of shape " + expected, "shape " + Arrays.toString(array.shape()), "");
        }
        return array;
    }
}
