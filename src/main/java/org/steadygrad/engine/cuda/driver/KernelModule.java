package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuModuleLoadData;
import static org.bytedeco.cuda.global.cudart.cuModuleUnload;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.javacpp.BytePointer;

/** The kernels of one source file, loaded into a device's context. */
public final class KernelModule implements AutoCloseable {
    private final CUmod_st handle = new CUmod_st();
    private final Map<String, Kernel> kernels = new HashMap<>();
    private boolean closed;

    /** @param code machine code for the device at hand */
    KernelModule(byte[] code) {
        try (BytePointer image = new BytePointer(code)) {
            Status.driver(cuModuleLoadData(handle, image), "cuModuleLoadData");
        }
    }

    /** @throws CudaException when the source has no such kernel */
    public Kernel kernel(String name) {
        return kernels.computeIfAbsent(name, n -> new Kernel(handle, n));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.release(() -> Status.driver(cuModuleUnload(handle), "cuModuleUnload"));
        }
    }
}
