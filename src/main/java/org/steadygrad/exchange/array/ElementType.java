package org.steadygrad.exchange.array;

import java.nio.ByteBuffer;

/** What one element of a stored array is. All but 64-bit floats and integers are kept exactly by a {@code float} or an {@code int}. */
public enum ElementType {
    FLOAT64(8, true),
    FLOAT32(4, true),
    FLOAT16(2, true),
    BFLOAT16(2, true),
    /** 1 sign, 4 exponent and 3 mantissa bits, bias 7; no infinity, NaN where all other bits are 1. */
    FLOAT8_E4M3FN(1, true),
    /** 1 sign, 5 exponent and 2 mantissa bits, bias 15: the upper half of a {@link #FLOAT16}. */
    FLOAT8_E5M2(1, true),
    INT64(8, false),
    INT32(4, false),
    INT16(2, false),
    INT8(1, false),
    UINT64(8, false),
    UINT32(4, false),
    UINT16(2, false),
    UINT8(1, false),
    BOOL(1, false);

    private static final int BFLOAT_SHIFT = 16;

    private final int bytes;
    private final boolean floating;

    ElementType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes per element in a file. */
    public int bytes() {
        return bytes;
    }

    /** Whether elements are floating-point numbers; otherwise they are whole numbers or truth values. */
    public boolean floating() {
        return floating;
    }

    /**
     * Reads floating-point elements.
     *
     * @param from at the first element, in the file's byte order
     */
    void floats(ByteBuffer from, float[] to, int start, int count) {
        switch (this) {
            case FLOAT32 -> from.asFloatBuffer().get(to, start, count);
            case FLOAT16 -> each(count, i -> to[start + i] = half(from.getShort()));
            case BFLOAT16 -> each(count, i -> to[start + i] = Float.intBitsToFloat(from.getShort() << BFLOAT_SHIFT));
            case FLOAT8_E4M3FN -> each(count, i -> to[start + i] = e4m3(from.get()));
            case FLOAT8_E5M2 -> each(count, i -> to[start + i] = half((short) (from.get() << Byte.SIZE)));
            default -> throw new IllegalStateException(this + " isn't held as float");
        }
    }

    /** Reads whole numbers; truth values are 0 and 1. */
    void integers(ByteBuffer from, long[] to, int start, int count) {
        switch (this) {
            case INT64, UINT64 -> from.asLongBuffer().get(to, start, count);
            case INT32 -> each(count, i -> to[start + i] = from.getInt());
            case UINT32 -> each(count, i -> to[start + i] = Integer.toUnsignedLong(from.getInt()));
            case INT16 -> each(count, i -> to[start + i] = from.getShort());
            case UINT16 -> each(count, i -> to[start + i] = Short.toUnsignedLong(from.getShort()));
            case INT8 -> each(count, i -> to[start + i] = from.get());
            case UINT8 -> each(count, i -> to[start + i] = Byte.toUnsignedLong(from.get()));
            case BOOL -> each(count, i -> to[start + i] = from.get() == 0 ? 0 : 1);
            default -> throw new IllegalStateException(this + " isn't a whole number");
        }
    }

    private static void each(int count, java.util.function.IntConsumer action) {
        for (int i = 0; i < count; i++) {
            action.accept(i);
        }
    }

    /** IEEE 754 binary16 as float; exact. */
    static float half(short bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        float sign = bits < 0 ? -1 : 1;
        if (exponent == 0x1f) {
            return mantissa == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        }
        return sign
                * (exponent == 0
                        ? Math.scalb((float) mantissa, -24)
                        : Math.scalb((float) (mantissa | 0x400), exponent - 25));
    }

    private static float e4m3(byte bits) {
        int exponent = bits >> 3 & 0xf;
        int mantissa = bits & 7;
        float sign = bits < 0 ? -1 : 1;
        if (exponent == 0xf && mantissa == 7) {
            return Float.NaN;
        }
        return sign
                * (exponent == 0
                        ? Math.scalb((float) mantissa, -9)
                        : Math.scalb((float) (mantissa | 8), exponent - 10));
    }
}
