package org.steadygrad.engine.cuda;

import org.steadygrad.engine.cuda.driver.Blas;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.Dnn;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.Stream;
import org.steadygrad.spec.Precision;

/** A device, its streams and libraries, as one engine uses them. */
final class CudaRuntime implements AutoCloseable {
    /** Threads of a block in kernels that go over elements. */
    static final int BLOCK = 256;

    /** Blocks per multiprocessor that keep memory busy. */
    private static final int BLOCKS_EACH = 8;

    private final Device device;
    private final DeviceScope scope;
    private final Stream stream;
    private final Stream copies;
    private final Blas blas;
    private final Precision precision;

    /** Null until somebody needs it: loading it takes time and memory. */
    private Dnn dnn;

    /** @param device is closed with the runtime */
    CudaRuntime(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        scope = new DeviceScope(device);
        try {
            stream = scope.own(device.newStream());
            copies = scope.own(device.newStream());
            blas = scope.own(new Blas(scope, stream, precision));
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    Device device() {
        return device;
    }

    /** For what lives as long as the engine. */
    DeviceScope scope() {
        return scope;
    }

    /** What computes. */
    Stream stream() {
        return stream;
    }

    /** What brings batches to the device. */
    Stream copies() {
        return copies;
    }

    Blas blas() {
        return blas;
    }

    /**
     * cuDNN on the stream that computes.
     *
     * @throws org.steadygrad.engine.cuda.driver.CudaException where it isn't installed
     */
    Dnn dnn() {
        if (dnn == null) {
            dnn = scope.own(new Dnn(stream));
        }
        return dnn;
    }

    Precision precision() {
        return precision;
    }

    /**
     * A launch of a kernel whose threads stride over elements; its arguments are still to be appended.
     *
     * @param file of the kernel's source, without ".cu"
     * @param elements number of elements, or of groups that one thread takes at once
     */
    Launch over(long elements, String file, String kernel) {
        return each(blocks(elements), file, kernel);
    }

    /** Number of blocks whose threads stride over elements. */
    int blocks(long elements) {
        long blocks = Math.max(1, (elements + BLOCK - 1) / BLOCK);
        return (int) Math.min(blocks, mostBlocks());
    }

    /** Most blocks whose threads stride over elements, however many these are. */
    int mostBlocks() {
        return device.multiprocessors() * BLOCKS_EACH;
    }

    /**
     * A launch of a kernel with one block per item; its arguments are still to be appended.
     *
     * @param items number of blocks
     */
    Launch each(long items, String file, String kernel) {
        return device.kernel(file, kernel).launch(Math.toIntExact(Math.max(1, items)), BLOCK);
    }

    @Override
    public void close() {
        stream.synchronize();
        copies.synchronize();
        scope.close();
        device.close();
    }
}
