package org.steadygrad.engine.cuda.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.steadygrad.check.Check;

/**
 * Device memory and whatever else is freed together. Small tensors are cut from common blocks, each aligned to 256 bytes;
 * what a scope gave is never given twice.
 */
public final class DeviceScope implements AutoCloseable {
    private static final long ALIGNMENT = 256;
    private static final long BLOCK = 4L << 20;

    private final Device device;
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final Deque<DeviceMemory> blocks = new ArrayDeque<>();
    private DeviceMemory open;
    private long used;
    private long allocated;

    public DeviceScope(Device device) {
        this.device = device;
    }

    /**
     * @return memory with undefined content
     * @throws CudaException of kind OUT_OF_MEMORY
     */
    public DeviceMemory bytes(long count) {
        Check.nonNegative(count, "DeviceScope", "count");
        long aligned = (count + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (aligned >= BLOCK / 2) {
            return block(aligned).slice(0, count);
        }
        if (open == null || used + aligned > open.bytes()) {
            open = block(BLOCK);
            used = 0;
        }
        DeviceMemory memory = open.slice(used, count);
        used += aligned;
        return memory;
    }

    /** Memory for a number of floats. */
    public DeviceMemory floats(long count) {
        return bytes(count * Float.BYTES);
    }

    private DeviceMemory block(long bytes) {
        DeviceMemory block = device.allocate(bytes);
        blocks.push(block);
        allocated += bytes;
        return block;
    }

    /** Has something closed together with the scope, before its memory goes. */
    public <T extends AutoCloseable> T own(T closeable) {
        owned.push(closeable);
        return closeable;
    }

    /** Bytes taken from the device so far. */
    public long allocatedBytes() {
        return allocated;
    }

    /**
     * Makes something out of several pieces, of which none stays where that fails.
     *
     * @param maker is given this scope to take from
     */
    public <T> T whole(Function<DeviceScope, T> maker) {
        int ownedBefore = owned.size();
        int blocksBefore = blocks.size();
        DeviceMemory openBefore = open;
        long usedBefore = used;
        try {
            return maker.apply(this);
        } catch (RuntimeException | Error e) {
            giveBack(ownedBefore, blocksBefore).forEach(e::addSuppressed);
            open = openBefore;
            used = usedBefore;
            throw e;
        }
    }

    /** Closes after a failure, which is the one to be told of. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Frees everything, the youngest first, also when something of it can't be freed. The device must have finished using it.
     *
     * @throws RuntimeException the first failure, after all else was freed
     */
    @Override
    public void close() {
        List<RuntimeException> failures = giveBack(0, 0);
        open = null;
        if (!failures.isEmpty()) {
            RuntimeException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** All but the oldest. @return what couldn't be given back */
    private List<RuntimeException> giveBack(int ownedKept, int blocksKept) {
        List<RuntimeException> failures = new ArrayList<>();
        while (owned.size() > ownedKept) {
            attempt(owned.pop(), failures);
        }
        while (blocks.size() > blocksKept) {
            DeviceMemory block = blocks.pop();
            allocated -= block.bytes();
            attempt(() -> device.free(block), failures);
        }
        return failures;
    }

    private static void attempt(AutoCloseable closeable, List<RuntimeException> failures) {
        try {
            closeable.close();
        } catch (RuntimeException e) {
            failures.add(e);
        } catch (Exception e) {
            failures.add(new IllegalStateException(e));
        }
    }
}
