package org.steadygrad.engine.cuda.look;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.trace.TensorHistogram;
import org.steadygrad.ops.Histogram;

/** Takes histograms of tensors on the host, by way of one small piece of pinned memory; waits for the device. */
public final class TensorDownload implements AutoCloseable {
    private final CudaRuntime runtime;
    private final PinnedMemory pinned;

    public TensorDownload(CudaRuntime runtime) {
        this.runtime = runtime;
        pinned = runtime.device().pinned((long) TensorHistogram.PIECE * Float.BYTES);
    }

    /**
     * @param tensor [rows, columns]
     * @param rowMask [rows], 0 where there is no data; null when there is data everywhere
     */
    public Histogram histogram(DeviceMemory tensor, int columns, float[] rowMask) {
        return TensorHistogram.of(
                (offset, target, count) -> read(tensor.floats(offset, count), target),
                tensor.length(),
                columns,
                rowMask);
    }

    private void read(DeviceMemory source, float[] target) {
        runtime.stream().download(pinned, source);
        runtime.stream().synchronize();
        pinned.floats().get(target, 0, (int) source.length());
    }

    @Override
    public void close() {
        pinned.close();
    }
}
