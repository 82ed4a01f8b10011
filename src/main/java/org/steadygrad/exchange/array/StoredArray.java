package org.steadygrad.exchange.array;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.steadygrad.check.InvalidInputException;

/**
 * An array with its shape, elements in C order (the last index runs fastest). Values are as the file has them: nothing is rounded, 64-bit floats
 * are kept as doubles until {@link #floats} is asked for.
 */
public final class StoredArray {
    private static final int MOST_AXES = 32;

    private final ElementType type;
    private final long[] shape;
    /** float[], double[] or long[], by type. */
    private final Object values;

    private StoredArray(ElementType type, long[] shape, Object values) {
        this.type = type;
        this.shape = shape.clone();
        this.values = values;
    }

    /** @param values kept, not copied */
    public static StoredArray of(float[] values, long... shape) {
        return new StoredArray(ElementType.FLOAT32, fitting(values.length, shape), values);
    }

    /** @param values kept, not copied */
    public static StoredArray of(double[] values, long... shape) {
        return new StoredArray(ElementType.FLOAT64, fitting(values.length, shape), values);
    }

    /** @param values kept, not copied */
    public static StoredArray of(long[] values, long... shape) {
        return new StoredArray(ElementType.INT64, fitting(values.length, shape), values);
    }

    /**
     * With values as {@link ElementReading} reads them.
     *
     * @param values float[] of floats up to 32 bits, double[] of {@link ElementType#FLOAT64}, long[] otherwise; kept
     */
    static StoredArray of(ElementType type, Object values, long... shape) {
        return new StoredArray(type, fitting(java.lang.reflect.Array.getLength(values), shape), values);
    }

    private static long[] fitting(int length, long[] shape) {
        if (elements(shape, "a tensor") != length) {
            throw new IllegalArgumentException(length + " values for shape " + Arrays.toString(shape));
        }
        return shape;
    }

    /**
     * The number of elements of a shape from a file.
     *
     * @throws InvalidInputException when sizes are negative, too many, or their product isn't a size that Java's arrays have
     */
    public static int elements(long[] shape, String who) {
        long count = 1;
        boolean fits = shape.length <= MOST_AXES;
        for (long size : shape) {
            fits &= size >= 0 && size <= Integer.MAX_VALUE;
            // stays below 2^62 as both factors are below 2^31
            count = fits && count <= Integer.MAX_VALUE ? count * size : Long.MAX_VALUE;
        }
        if (LongStream.of(shape).anyMatch(size -> size == 0) && fits) {
            count = 0;
        }
        if (!fits || count > Integer.MAX_VALUE - 16) {
            throw InvalidInputException.of(
                    who,
                    "a shape of at most " + MOST_AXES + " sizes with fewer than 2^31 elements in all",
                    Arrays.toString(shape),
                    "The file is damaged, or larger than can be read.");
        }
        return (int) count;
    }

    public ElementType type() {
        return type;
    }

    /** Sizes of the axes; none for a single number. */
    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** @param axis from 0; below 0 from the end */
    public long size(int axis) {
        return shape[axis < 0 ? axis + shape.length : axis];
    }

    public int length() {
        return java.lang.reflect.Array.getLength(values);
    }

    public boolean floating() {
        return type.floating();
    }

    /** The values as floats: 64-bit floats and large integers are rounded. Not to be changed. */
    public float[] floats() {
        if (values instanceof float[] floats) {
            return floats;
        }
        float[] floats = new float[length()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values instanceof double[] doubles ? (float) doubles[i] : ((long[]) values)[i];
        }
        return floats;
    }

    /** The values as doubles. Not to be changed. */
    public double[] doubles() {
        if (values instanceof double[] doubles) {
            return doubles;
        }
        double[] doubles = new double[length()];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values instanceof float[] floats ? floats[i] : ((long[]) values)[i];
        }
        return doubles;
    }

    /** @return the whole numbers; not to be changed @throws InvalidInputException of floating-point elements */
    public long[] integers(String who) {
        if (values instanceof long[] longs) {
            return longs;
        }
        throw InvalidInputException.of(who, "whole numbers", type, "");
    }

    /** The same elements with another shape of as many. */
    public StoredArray reshaped(long... other) {
        return new StoredArray(type, fitting(length(), other), values);
    }

    /**
     * A rearrangement: element i of the result is element {@code offset + sum(index * stride)} of this one.
     *
     * @param strides in elements; may be 0 or negative
     * @throws InvalidInputException when an index would lie outside
     */
    public StoredArray strided(long offset, long[] sizes, long[] strides, String who) {
        int count = elements(sizes, who);
        if (count > 0) {
            requireInside(offset, sizes, strides, who);
        }
        Object to = java.lang.reflect.Array.newInstance(values.getClass().getComponentType(), count);
        int rank = sizes.length;
        int row = rank == 0 ? 1 : (int) sizes[rank - 1];
        long step = rank == 0 ? 0 : strides[rank - 1];
        long[] index = new long[rank];
        long from = offset;
        for (int at = 0; at < count; at += row) {
            copyRow(from, step, to, at, row);
            for (int axis = rank - 2; axis >= 0; axis--) {
                from += strides[axis];
                if (++index[axis] < sizes[axis]) {
                    break;
                }
                from -= strides[axis] * sizes[axis];
                index[axis] = 0;
            }
        }
        return new StoredArray(type, sizes, to);
    }

    private void copyRow(long from, long step, Object to, int at, int count) {
        if (step == 1) {
            System.arraycopy(values, (int) from, to, at, count);
        } else if (values instanceof float[] floats) {
            for (int i = 0; i < count; i++) {
                ((float[]) to)[at + i] = floats[(int) (from + i * step)];
            }
        } else if (values instanceof double[] doubles) {
            for (int i = 0; i < count; i++) {
                ((double[]) to)[at + i] = doubles[(int) (from + i * step)];
            }
        } else {
            for (int i = 0; i < count; i++) {
                ((long[]) to)[at + i] = ((long[]) values)[(int) (from + i * step)];
            }
        }
    }

    private void requireInside(long offset, long[] sizes, long[] strides, String who) {
        double least = offset;
        double most = offset;
        for (int axis = 0; axis < sizes.length; axis++) {
            double reach = (double) strides[axis] * (sizes[axis] - 1);
            least += Math.min(0, reach);
            most += Math.max(0, reach);
        }
        if (least < 0 || most >= length()) {
            throw InvalidInputException.of(
                    who,
                    "elements within a storage of " + length(),
                    "offset " + offset + ", sizes " + Arrays.toString(sizes) + ", strides " + Arrays.toString(strides),
                    "The file is damaged.");
        }
    }

    /** @param order for each axis of the result, the axis of this that it is */
    public StoredArray transposed(int... order) {
        long[] sizes = new long[order.length];
        long[] strides = new long[order.length];
        long[] own = strides(shape);
        for (int axis = 0; axis < order.length; axis++) {
            sizes[axis] = shape[order[axis]];
            strides[axis] = own[order[axis]];
        }
        return strided(0, sizes, strides, "transpose");
    }

    /** A stretch of one axis. */
    public StoredArray slice(int axis, long start, long end) {
        long[] sizes = shape.clone();
        long[] own = strides(shape);
        sizes[axis] = end - start;
        return strided(start * own[axis], sizes, own, "slice");
    }

    /**
     * Arrays one after the other along an axis.
     *
     * @param parts of one kind of elements, whose shapes differ along the axis alone
     */
    public static StoredArray joined(List<StoredArray> parts, int axis) {
        StoredArray first = parts.get(0);
        long[] shape = first.shape();
        shape[axis] = parts.stream().mapToLong(part -> part.shape[axis]).sum();
        Class<?> kind = first.values.getClass().getComponentType();
        boolean mixed = parts.stream().anyMatch(part -> part.values.getClass() != first.values.getClass());
        Object to = java.lang.reflect.Array.newInstance(mixed ? double.class : kind, elements(shape, "concatenation"));
        int inner = 1;
        int outer = 1;
        for (int i = 0; i < shape.length; i++) {
            inner *= i > axis ? (int) shape[i] : 1;
            outer *= i < axis ? (int) shape[i] : 1;
        }
        int at = 0;
        for (int block = 0; block < outer; block++) {
            for (StoredArray part : parts) {
                int count = (int) part.shape[axis] * inner;
                System.arraycopy(mixed ? part.doubles() : part.values, block * count, to, at, count);
                at += count;
            }
        }
        return new StoredArray(mixed ? ElementType.FLOAT64 : first.type, shape, to);
    }

    /** Distances between neighbours in each axis, in elements, of an array in C order. */
    public static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long step = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = step;
            step *= shape[axis];
        }
        return strides;
    }

    /** Type and shape, in words. */
    @Override
    public String toString() {
        return type + " " + Arrays.toString(shape);
    }
}
