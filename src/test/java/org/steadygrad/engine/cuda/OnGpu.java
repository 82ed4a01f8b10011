package org.steadygrad.engine.cuda;

import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.spec.Precision;

/** A device for tests of kernels, and numbers on their way there and back. */
public final class OnGpu implements AutoCloseable {
    private final CudaRuntime runtime = new CudaRuntime(TestGpu.open(), Precision.FLOAT32);

    public CudaRuntime runtime() {
        return runtime;
    }

    public DeviceMemory put(float... values) {
        DeviceMemory memory = runtime.scope().floats(values.length);
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            host.floats().put(values);
            runtime.stream().upload(memory, host);
            runtime.stream().synchronize();
        }
        return memory;
    }

    /** Memory that is full of NaN. */
    public DeviceMemory floats(int count) {
        float[] values = new float[count];
        java.util.Arrays.fill(values, Float.NaN);
        return put(values);
    }

    public DeviceMemory doubles(int count) {
        return floats(2 * count);
    }

    public void run(List<Launch> launches) {
        launches.forEach(runtime.stream()::launch);
    }

    public float[] get(DeviceMemory memory) {
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            runtime.stream().download(host, memory);
            runtime.stream().synchronize();
            float[] values = new float[(int) memory.length()];
            host.floats().get(values);
            return values;
        }
    }

    public double[] getDoubles(DeviceMemory memory) {
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            runtime.stream().download(host, memory);
            runtime.stream().synchronize();
            double[] values = new double[(int) (memory.bytes() / Double.BYTES)];
            host.content().asDoubleBuffer().get(values);
            return values;
        }
    }

    @Override
    public void close() {
        runtime.close();
    }
}
