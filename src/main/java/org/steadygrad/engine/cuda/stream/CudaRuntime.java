package org.steadygrad.engine.cuda.stream;

import org.steadygrad.engine.cuda.driver.Blas;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.Dnn;
import org.steadygrad.engine.cuda.driver.Kernel;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.Stream;
import org.steadygrad.spec.Precision;

/** A device, its streams and libraries, as one engine uses them. */
public final class CudaRuntime implements AutoCloseable {
    /** Threads of a block in kernels that go over elements. */
    public static final int BLOCK = 256;

    /** Blocks per multiprocessor that keep memory busy. */
    private static final int BLOCKS_EACH = 8;

    private final Device device;
    private final DeviceScope scope;
    private final Stream stream;
    private final Stream copies;
    private final Blas blas;
    private final Precision precision;

    private boolean closed;

    /** Null until somebody needs it: loading it takes time and memory. */
    private Dnn dnn;

    /** @param device is closed with the runtime */
    public CudaRuntime(Device device, Precision precision) {
        this.device = device;
        this.precision = precision;
        scope = new DeviceScope(device);
        try {
            stream = scope.own(device.newStream());
            copies = scope.own(device.newStream());
            blas = scope.own(new Blas(scope, stream, precision));
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    public Device device() {
        return device;
    }

    /** For what lives as long as the engine. */
    public DeviceScope scope() {
        return scope;
    }

    /** What computes. */
    public Stream stream() {
        return stream;
    }

    /** What brings batches to the device. */
    public Stream copies() {
        return copies;
    }

    public Blas blas() {
        return blas;
    }

    /**
     * cuDNN on the stream that computes.
     *
     * @throws org.steadygrad.engine.cuda.driver.CudaException where it isn't installed
     */
    public Dnn dnn() {
        if (dnn == null) {
            dnn = scope.own(new Dnn(stream));
        }
        return dnn;
    }

    public Precision precision() {
        return precision;
    }

    /**
     * A launch of a kernel whose threads stride over elements; its arguments are still to be appended.
     *
     * @param file of the kernel's source, without ".cu"
     * @param elements number of elements, or of groups that one thread takes at once
     */
    public Launch over(long elements, String file, String kernel) {
        return each(blocks(elements), file, kernel);
    }

    /** Number of blocks whose threads stride over elements. */
    public int blocks(long elements) {
        long blocks = Math.max(1, (elements + BLOCK - 1) / BLOCK);
        return (int) Math.min(blocks, mostBlocks());
    }

    /** Most blocks whose threads stride over elements, however many these are. */
    public int mostBlocks() {
        return device.multiprocessors() * BLOCKS_EACH;
    }

    /**
     * A launch of a kernel whose blocks stride over items, no more of them than run at the same time: further ones would
     * leave a part of the device idle at the end. Its arguments are still to be appended.
     *
     * @param items that a block takes one of at once
     */
    public Launch striding(long items, String file, String kernel) {
        Kernel function = device.kernel(file, kernel);
        long most = (long) function.blocksPerMultiprocessor(BLOCK, 0) * device.multiprocessors();
        return function.launch((int) Math.max(1, Math.min(items, most)), BLOCK);
    }

    /**
     * A launch of a kernel with one block per item; its arguments are still to be appended.
     *
     * @param items number of blocks
     */
    public Launch each(long items, String file, String kernel) {
        return device.kernel(file, kernel).launch(Math.toIntExact(Math.max(1, items)), BLOCK);
    }

    /**
     * To be called before anything that the device takes part in, by the thread that asks for it.
     *
     * @throws IllegalStateException when the engine was closed
     * @throws org.steadygrad.engine.cuda.driver.CudaException when the device is lost
     */
    public void enter() {
        if (closed) {
            throw new IllegalStateException(
                    "engine cuda: this engine was closed. Make another one for the model, or close it later.");
        }
        device.use();
    }

    /** Whether the engine was closed, or is being closed. */
    public boolean closed() {
        return closed;
    }

    /** To be called before anything is given back. */
    public void beginClosing() {
        closed = true;
        device.useToClose();
        finish();
    }

    /** Waits until the device does nothing for this engine any more, so that memory can be given back. */
    public void finish() {
        stream.finish();
        copies.finish();
    }

    @Override
    public void close() {
        // the last of these goes first, and all of them whatever happens
        try (device;
                scope) {
            beginClosing();
        }
    }
}
