package org.steadygrad.engine.cuda.driver;

import java.util.Arrays;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.steadygrad.check.Check;

/**
 * A kernel with its grid and arguments, to be launched as often as wanted. Arguments are appended in the order of the
 * kernel's parameters; a launch that is under way, or captured, keeps those it was enqueued with.
 */
public final class Launch {
    private static final int MOST_ARGUMENTS = 40;

    private final Kernel kernel;
    private final int grid;
    private final int block;
    private final int sharedBytes;
    private final boolean cooperative;
    private final long[] values = new long[MOST_ARGUMENTS];
    private int count;

    /** Eight bytes per argument, and where they lie; made when the launch is first used. */
    private LongPointer slots;

    private PointerPointer<Pointer> parameters;

    Launch(Kernel kernel, int grid, int block, int sharedBytes, boolean cooperative) {
        this.kernel = kernel;
        this.grid = Check.positive(grid, "Launch of " + kernel.name(), "grid");
        this.block = Check.positive(block, "Launch of " + kernel.name(), "block");
        this.sharedBytes = sharedBytes;
        this.cooperative = cooperative;
    }

    /** @param memory null stands for a null pointer */
    public Launch with(DeviceMemory memory) {
        return add(memory == null ? 0 : memory.address());
    }

    /** For a parameter of type int or unsigned. */
    public Launch with(int value) {
        return add(value & 0xFFFFFFFFL);
    }

    /** For a parameter of type long long or unsigned long long. */
    public Launch with(long value) {
        return add(value);
    }

    /** For a parameter of type float. */
    public Launch with(float value) {
        return add(Float.floatToRawIntBits(value) & 0xFFFFFFFFL);
    }

    /** For a parameter of type double. */
    public Launch withDouble(double value) {
        return add(Double.doubleToRawLongBits(value));
    }

    private Launch add(long value) {
        Check.that(slots == null, "Launch of " + kernel.name(), "all arguments before the first launch", count);
        values[count++] = value;
        return this;
    }

    /**
     * Changes an argument of type int for the launches to come.
     *
     * @param position number of the argument, from 0
     */
    public Launch set(int position, int value) {
        Check.that(position < count, "Launch of " + kernel.name(), "a position below " + count, position);
        values[position] = value & 0xFFFFFFFFL;
        if (slots != null) {
            slots.put(position, values[position]);
        }
        return this;
    }

    String name() {
        return kernel.name();
    }

    CUfunc_st function() {
        return kernel.function();
    }

    int grid() {
        return grid;
    }

    int block() {
        return block;
    }

    int sharedBytes() {
        return sharedBytes;
    }

    boolean cooperative() {
        return cooperative;
    }

    PointerPointer<Pointer> parameters() {
        if (slots == null) {
            slots = new LongPointer(Arrays.copyOf(values, Math.max(1, count)));
            parameters = new PointerPointer<>(Math.max(1, count));
            for (int i = 0; i < count; i++) {
                parameters.put(i, Addresses.pointer(slots.address() + (long) i * Long.BYTES));
            }
        }
        return parameters;
    }
}
