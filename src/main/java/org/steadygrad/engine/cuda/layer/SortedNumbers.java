package org.steadygrad.engine.cuda.layer;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/**
 * Sorts whole numbers, each with the row it comes from, so that equal ones lie side by side in the order of their rows: a radix
 * sort of 8 bits at a time, from the lowest on.
 */
final class SortedNumbers {
    private static final String FILE = "embed";
    private static final int DIGIT_BITS = 8;
    private static final int DIGITS = 1 << DIGIT_BITS;

    /** Numbers that a block has: SORT_KEYS of embed.cu. */
    private static final int BLOCK_KEYS = 2048;

    private final CudaRuntime runtime;
    private final int count;
    private final int blocks;
    private final DeviceMemory counts;
    private final List<Launch> launches = new ArrayList<>();
    private Pairs sorted;

    /** Numbers and their rows. */
    private record Pairs(DeviceMemory keys, DeviceMemory rows) {}

    /**
     * @param numbers floats that are whole
     * @param bound above all numbers
     */
    SortedNumbers(KernelContext context, DeviceMemory numbers, int bound) {
        runtime = context.runtime();
        count = Math.toIntExact(numbers.length());
        blocks = (count + BLOCK_KEYS - 1) / BLOCK_KEYS;
        counts = context.scope().bytes((long) DIGITS * blocks * Integer.BYTES);
        sorted = newPairs(context);
        launches.add(runtime.over(count, FILE, "sort_start")
                .with(numbers)
                .with(sorted.keys)
                .with(sorted.rows)
                .with(count));
        Pairs other = newPairs(context);
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(bound - 1);
        for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
            plan(sorted, other, shift);
            Pairs before = sorted;
            sorted = other;
            other = before;
        }
    }

    private Pairs newPairs(KernelContext context) {
        long bytes = (long) count * Integer.BYTES;
        return new Pairs(context.scope().bytes(bytes), context.scope().bytes(bytes));
    }

    private void plan(Pairs from, Pairs to, int shift) {
        launches.add(runtime.each(blocks, FILE, "sort_count")
                .with(from.keys)
                .with(counts)
                .with(shift)
                .with(count));
        launches.add(runtime.each(1, FILE, "sort_scan").with(counts).with(blocks));
        launches.add(runtime.each(blocks, FILE, "sort_move")
                .with(from.keys)
                .with(from.rows)
                .with(counts)
                .with(to.keys)
                .with(to.rows)
                .with(shift)
                .with(count));
    }

    List<Launch> launches() {
        return launches;
    }

    int count() {
        return count;
    }

    /** The numbers in order, after the launches. */
    DeviceMemory keys() {
        return sorted.keys;
    }

    /** The row of each number. */
    DeviceMemory rows() {
        return sorted.rows;
    }
}
