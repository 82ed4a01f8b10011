package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMaxSharedMemoryPerBlockOptin;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMultiProcessorCount;
import static org.bytedeco.cuda.global.cudart.cudaDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cudaFree;
import static org.bytedeco.cuda.global.cudart.cudaMalloc;
import static org.bytedeco.cuda.global.cudart.cudaMemGetInfo;
import static org.bytedeco.cuda.global.cudart.cudaSetDevice;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * One GPU, as one engine uses it. {@link CudaProbe} must have found it. Methods belong to the thread that called {@link
 * #use()} last.
 */
public final class Device implements AutoCloseable {
    private static final int NAME_LENGTH = 256;

    private final int ordinal;
    private final String name;
    private final int architecture;
    private final int multiprocessors;
    private final int sharedBytesPerBlock;
    private final KernelCompiler compiler;
    private final Map<String, KernelModule> modules = new HashMap<>();

    /** Machine code by source, as long as it isn't loaded. */
    private final Map<String, byte[]> compiled = new ConcurrentHashMap<>();

    private long allocatedBytes;

    private Device(int ordinal) {
        this.ordinal = ordinal;
        use();
        // the primary context comes into being with the first call that needs it
        Status.runtime(cudaFree(null), "the start of device " + ordinal);
        architecture = 10 * attribute(cudaDevAttrComputeCapabilityMajor) + attribute(cudaDevAttrComputeCapabilityMinor);
        multiprocessors = attribute(cudaDevAttrMultiProcessorCount);
        sharedBytesPerBlock = attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
        byte[] letters = new byte[NAME_LENGTH];
        Status.driver(cuDeviceGetName(letters, letters.length, ordinal), "cuDeviceGetName");
        name = CText.of(letters);
        compiler =
                new KernelCompiler(Capability.target(architecture, LibraryFacts.architectures()), KernelCache.ofUser());
    }

    /**
     * @param ordinal number of the device, from 0
     * @throws CudaException when it can't be used
     */
    public static Device open(int ordinal) {
        return new Device(ordinal);
    }

    /** Makes this the calling thread's device, whichever was so before. */
    public void use() {
        Status.runtime(cudaSetDevice(ordinal), "cudaSetDevice(" + ordinal + ")");
    }

    private int attribute(int which) {
        int[] value = new int[1];
        Status.runtime(cudaDeviceGetAttribute(value, which, ordinal), "cudaDeviceGetAttribute");
        return value[0];
    }

    /** The manufacturer's name. */
    public String name() {
        return name;
    }

    /** Compute capability without the point: 90 for 9.0. */
    public int architecture() {
        return architecture;
    }

    public int multiprocessors() {
        return multiprocessors;
    }

    /** Most dynamic shared memory that a block may have, in bytes. */
    public int sharedBytesPerBlock() {
        return sharedBytesPerBlock;
    }

    /** Bytes that can still be allocated; other processes take from the same. */
    public long freeBytes() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            Status.runtime(cudaMemGetInfo(free, total), "cudaMemGetInfo");
            return free.get();
        }
    }

    /**
     * Allocates memory, whose content is undefined.
     *
     * @throws CudaException of kind OUT_OF_MEMORY
     */
    DeviceMemory allocate(long bytes) {
        Pointer base = new Pointer();
        Status.runtime(cudaMalloc(base, Math.max(1, bytes)), "the allocation of " + bytes + " bytes");
        allocatedBytes += bytes;
        return new DeviceMemory(base.address(), bytes);
    }

    void free(DeviceMemory memory) {
        Status.runtime(cudaFree(memory.pointer()), "cudaFree");
        allocatedBytes -= memory.bytes();
    }

    /** Bytes that were allocated through this object and not freed; what CUDA's own libraries take isn't counted. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    public Stream newStream() {
        return new Stream();
    }

    /** @param timing whether {@link Event#millisecondsSince} will be asked for */
    public Event newEvent(boolean timing) {
        return new Event(timing);
    }

    public PinnedMemory pinned(long bytes) {
        return new PinnedMemory(bytes);
    }

    /**
     * Compiles sources side by side, as far as they aren't in the cache: one takes seconds.
     *
     * @param files of the sources, without ".cu"
     * @throws CudaException with the compiler's messages
     */
    public void compile(Collection<String> files) {
        files.parallelStream()
                .filter(file -> !modules.containsKey(file))
                .forEach(file -> compiled.computeIfAbsent(file, f -> compiler.compile(f + ".cu")));
    }

    /**
     * A kernel, compiled at first use.
     *
     * @param file of the source, without ".cu"
     * @param kernel name
     */
    public Kernel kernel(String file, String kernel) {
        return modules.computeIfAbsent(file, this::load).kernel(kernel);
    }

    private KernelModule load(String file) {
        byte[] code = compiled.remove(file);
        return new KernelModule(code == null ? compiler.compile(file + ".cu") : code);
    }

    @Override
    public void close() {
        modules.values().forEach(KernelModule::close);
        modules.clear();
    }
}
