package org.steadygrad.engine.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;
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

    /** Frees everything, the youngest first. The device must have finished using it. */
    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        while (!blocks.isEmpty()) {
            device.free(blocks.pop());
        }
        open = null;
    }
}
