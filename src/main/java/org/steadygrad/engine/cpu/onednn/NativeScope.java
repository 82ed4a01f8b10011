package org.steadygrad.engine.cpu.onednn;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;

/** Native objects and memory that are freed together, the youngest first. */
public final class NativeScope implements AutoCloseable {
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private long floats;

    /** @return the pointer itself */
    public <P extends Pointer> P own(P pointer) {
        owned.push(pointer);
        return pointer;
    }

    public FloatMemory allocate(long length) {
        FloatMemory memory = FloatMemory.allocate(length);
        owned.push(memory);
        floats += memory.length();
        return memory;
    }

    /** Bytes of {@link FloatMemory} allocated here. */
    public long allocatedBytes() {
        return floats * Float.BYTES;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("engine cpu: native memory could not be freed.", e);
            }
        }
    }
}
