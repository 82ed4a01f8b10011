package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;
import static org.bytedeco.cuda.global.cudart.cudaFreeHost;
import static org.bytedeco.cuda.global.cudart.cudaMallocHost;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;

/**
 * Host memory that the device reads and writes while the host goes on. Its content belongs to the device from the moment a
 * copy is enqueued until that copy has run.
 */
public final class PinnedMemory implements AutoCloseable {
    private final Pointer base = new Pointer();
    private final long bytes;
    private final ByteBuffer buffer;
    private boolean closed;

    PinnedMemory(long bytes) {
        this.bytes = bytes;
        int status = cudaMallocHost(base, Math.max(1, bytes));
        if (status == cudaErrorMemoryAllocation) {
            throw new CudaException(
                    CudaException.Kind.OUT_OF_HOST_MEMORY,
                    "engine cuda: the host has no " + Amounts.of(bytes) + " of memory left that the device can read"
                            + " (cudaMallocHost). End other programs, or see what ulimit -l and the container allow.");
        }
        Status.runtime(status, "cudaMallocHost of " + bytes + " bytes");
        buffer = new BytePointer(base).capacity(bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    public long bytes() {
        return bytes;
    }

    long address() {
        return base.address();
    }

    /** @param dense floats without gaps between them, copied in the order in which they lie */
    public void write(INDArray dense) {
        long count = dense.length() * Float.BYTES;
        Check.that(count <= bytes, "PinnedMemory.write", "at most " + bytes + " bytes", count);
        try {
            Pointer.memcpy(base, dense.data().addressPointer(), count);
        } finally {
            // the collector could free the array while it is copied from
            Reference.reachabilityFence(dense);
        }
    }

    /** All of it as floats; position 0. */
    public FloatBuffer floats() {
        return buffer.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** All of it; position 0, in the machine's order of bytes. */
    public ByteBuffer content() {
        return buffer.duplicate().order(ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.release(() -> Status.runtime(cudaFreeHost(base), "cudaFreeHost"));
        }
    }
}
