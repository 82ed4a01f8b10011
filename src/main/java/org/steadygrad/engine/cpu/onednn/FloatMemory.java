package org.steadygrad.engine.cpu.onednn;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineException;

/**
 * Floats outside the Java heap, shared by oneDNN's primitives and Java loops. Allocated memory starts at a multiple of
 * {@value #ALIGNMENT} bytes and is zero. Java loops move stretches of it through small arrays on the heap
 * ({@link #read}, {@link #write}): C2 turns loops over arrays into vector instructions, but not loops over native memory.
 */
public final class FloatMemory implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int PIECE = 4096;

    /** Number of elements that are added up at most: 8,192 may be off by 2e-6, and for more than 10,000 OpenBLAS wakes threads. */
    public static final int MOST_ADDED = 4096;

    private static final FloatMemory ONES = ones();

    /** Slices at multiples of this are aligned as well. */
    public static final int ALIGNED_FLOATS = ALIGNMENT / Float.BYTES;

    /** Null when another object owns the memory. */
    private final BytePointer owned;

    private final FloatPointer pointer;
    private final FloatBuffer buffer;
    private final IntBuffer bits;
    private final int length;

    private FloatMemory(BytePointer owned, FloatPointer pointer, int length) {
        this.owned = owned;
        this.pointer = pointer;
        this.length = length;
        buffer = pointer.asBuffer();
        IntPointer integers = new IntPointer(pointer);
        integers.capacity(length);
        bits = integers.asBuffer();
    }

    /** @param length number of floats, at most 2^31 - 1 */
    public static FloatMemory allocate(long length) {
        if (length > Integer.MAX_VALUE) {
            throw InvalidInputException.of(
                    "engine cpu",
                    "tensors of at most " + Integer.MAX_VALUE + " elements",
                    length,
                    "Take a smaller batch or shorter sequences (truncatedBptt).");
        }
        Pointer raw = Pointer.malloc(Float.BYTES * length + ALIGNMENT);
        if (raw == null || raw.isNull()) {
            throw new EngineException("engine cpu: " + ((Float.BYTES * length) >> 20)
                    + " MB of memory for a tensor aren't to be had. Take a smaller batch, or a limit (memory: 512MB).");
        }
        BytePointer bytes = new BytePointer(raw);
        bytes.capacity(Float.BYTES * length + ALIGNMENT);
        Pointer.memset(bytes, 0, Float.BYTES * length + ALIGNMENT);
        long shift = (ALIGNMENT - bytes.address() % ALIGNMENT) % ALIGNMENT / Float.BYTES;
        FloatPointer floats = bytes.getPointer(FloatPointer.class, shift);
        return view(bytes, floats, (int) length);
    }

    /** Memory that belongs to someone else, who keeps it alive as long as this object is used. */
    public static FloatMemory foreign(Pointer address, long length) {
        return view(null, new FloatPointer(address), Math.toIntExact(length));
    }

    private static FloatMemory view(BytePointer owned, FloatPointer floats, int length) {
        floats.capacity(length);
        return new FloatMemory(owned, floats, length);
    }

    /** The same memory from {@code offset} on; closing this object ends it too. */
    public FloatMemory slice(long offset, long sliceLength) {
        return view(null, pointer.getPointer(FloatPointer.class, offset), Math.toIntExact(sliceLength));
    }

    public int length() {
        return length;
    }

    public FloatPointer pointer() {
        return pointer;
    }

    public float get(int index) {
        return buffer.get(index);
    }

    public void put(int index, float value) {
        buffer.put(index, value);
    }

    /** Copies {@code count} floats from {@code offset} on to the front of the array. */
    public void read(int offset, float[] target, int count) {
        buffer.get(offset, target, 0, count);
    }

    /** Like {@link #read}, but the floats as {@link Float#floatToRawIntBits} gives them. */
    public void readBits(int offset, int[] target, int count) {
        bits.get(offset, target, 0, count);
    }

    /** Copies the array's first {@code count} floats here, from {@code offset} on. */
    public void write(int offset, float[] source, int count) {
        buffer.put(offset, source, 0, count);
    }

    private static FloatMemory ones() {
        float[] ones = new float[MOST_ADDED];
        Arrays.fill(ones, 1);
        FloatMemory memory = allocate(MOST_ADDED);
        memory.write(0, ones, MOST_ADDED);
        return memory;
    }

    /**
     * The sum of squares of a stretch, added up in float in some tens of lanes; infinite, NaN or too small where floats can't
     * hold it. OpenBLAS takes a quarter of the time of a loop in Java, most of which goes into moving it to the heap.
     *
     * @param count at most {@value #MOST_ADDED}
     */
    public float squares(int offset, int count) {
        FloatPointer start = new FloatPointer(pointer).position(offset);
        return openblas.cblas_sdot(count, start, 1, start, 1);
    }

    /**
     * The largest magnitude of a stretch that holds no NaN.
     *
     * @param count at most {@value #MOST_ADDED}
     */
    public float largest(int offset, int count) {
        return Math.abs(
                get(offset + (int) openblas.cblas_isamax(count, new FloatPointer(pointer).position(offset), 1)));
    }

    /** The sum of a stretch, like {@link #squares}. */
    public float sum(int offset, int count) {
        return openblas.cblas_sdot(count, new FloatPointer(pointer).position(offset), 1, ONES.pointer, 1);
    }

    /** Index of the first NaN or infinity; -1 when all elements are finite. */
    public int firstNonFinite() {
        int[] piece = new int[PIECE];
        for (int start = 0; start < length; start += PIECE) {
            int count = Math.min(PIECE, length - start);
            readBits(start, piece, count);
            int found = 0;
            for (int i = 0; i < count; i++) {
                // the sign bit of the sum is set when all bits of the exponent are
                found += ((piece[i] & 0x7f800000) + 0x00800000) >>> 31;
            }
            for (int i = 0; found > 0 && i < count; i++) {
                if (!Float.isFinite(Float.intBitsToFloat(piece[i]))) {
                    return start + i;
                }
            }
        }
        return -1;
    }

    public float[] toArray() {
        float[] copy = new float[length];
        read(0, copy, length);
        return copy;
    }

    public void zero() {
        Pointer.memset(pointer, 0, (long) Float.BYTES * length);
    }

    /** Takes the other's values; both have the same length. */
    public void copyFrom(FloatMemory other) {
        Pointer.memcpy(pointer, other.pointer, (long) Float.BYTES * length);
    }

    /** Takes {@code count} of the other's values; offsets are in elements, and the stretches don't overlap. */
    public void copy(long offset, FloatMemory other, long otherOffset, long count) {
        buffer.put((int) offset, other.buffer, (int) otherOffset, (int) count);
    }

    @Override
    public void close() {
        if (owned != null && !owned.isNull()) {
            Pointer.free(owned);
            owned.setNull();
        }
    }
}
