package org.steadygrad.engine.cuda.driver;

import org.bytedeco.javacpp.Pointer;
import org.steadygrad.check.Check;

/** A range of a device's memory. Whoever allocated the whole of it frees it; slices are views. */
public final class DeviceMemory {
    private final long address;
    private final long bytes;

    DeviceMemory(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    long address() {
        return address;
    }

    public long bytes() {
        return bytes;
    }

    /** Number of floats it holds. */
    public long length() {
        return bytes / Float.BYTES;
    }

    /**
     * A view of a part.
     *
     * @param offset first byte
     * @param count number of bytes
     */
    public DeviceMemory slice(long offset, long count) {
        Check.nonNegative(offset, "DeviceMemory.slice", "offset");
        Check.nonNegative(count, "DeviceMemory.slice", "count");
        Check.that(offset + count <= bytes, "DeviceMemory.slice", "at most " + bytes + " bytes", offset + count);
        return new DeviceMemory(address + offset, count);
    }

    /**
     * A view of a part, counted in floats.
     *
     * @param first number of the first float
     * @param count number of floats
     */
    public DeviceMemory floats(long first, long count) {
        return slice(first * Float.BYTES, count * Float.BYTES);
    }

    Pointer pointer() {
        return Addresses.pointer(address);
    }
}
