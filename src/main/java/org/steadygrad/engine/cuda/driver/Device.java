package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cuDeviceGetName;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMajor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrComputeCapabilityMinor;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrCooperativeLaunch;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMaxSharedMemoryPerBlockOptin;
import static org.bytedeco.cuda.global.cudart.cudaDevAttrMultiProcessorCount;
import static org.bytedeco.cuda.global.cudart.cudaDeviceGetAttribute;
import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;
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
    /** The device of each thread's calls: errors don't tell theirs. */
    private static final ThreadLocal<Device> CURRENT = new ThreadLocal<>();

    private static final int NAME_LENGTH = 256;

    private final int ordinal;
    private final String name;
    private final int architecture;
    private final int multiprocessors;
    private final int sharedBytesPerBlock;
    private final boolean launchesCooperatively;
    private final KernelCompiler compiler;
    private final Map<String, KernelModule> modules = new HashMap<>();

    /** Machine code by source, as long as it isn't loaded. */
    private final Map<String, byte[]> compiled = new ConcurrentHashMap<>();

    /** Why sources that one can do without don't compile. */
    private final Map<String, CudaException> refused = new ConcurrentHashMap<>();

    private long allocatedBytes;

    /** The error that ended the context; null as long as it is of use. */
    private volatile CudaException loss;

    private Device(int ordinal) {
        this.ordinal = ordinal;
        use();
        // the primary context comes into being with the first call that needs it
        Status.runtime(cudaFree(null), "the start of device " + ordinal);
        architecture = 10 * attribute(cudaDevAttrComputeCapabilityMajor) + attribute(cudaDevAttrComputeCapabilityMinor);
        multiprocessors = attribute(cudaDevAttrMultiProcessorCount);
        sharedBytesPerBlock = attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
        launchesCooperatively = attribute(cudaDevAttrCooperativeLaunch) != 0;
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

    /**
     * Makes this the calling thread's device, whichever was so before.
     *
     * @throws CudaException of kind DEVICE_LOST, without a call, when an earlier one found the device lost
     */
    public void use() {
        CURRENT.set(this);
        if (loss != null) {
            throw new CudaException(
                    CudaException.Kind.DEVICE_LOST,
                    "engine cuda: the device can't be used any more in this process, since an earlier call failed: "
                            + loss.getMessage());
        }
        Status.runtime(cudaSetDevice(ordinal), "cudaSetDevice(" + ordinal + ")");
    }

    /** As {@link #use}, before things are given back; says nothing of a lost device. */
    public void useToClose() {
        CURRENT.set(this);
        Status.release(this::use);
    }

    /** Takes note that the calling thread's device is lost. */
    static void noteLoss(CudaException failure) {
        Device device = CURRENT.get();
        if (device != null && device.loss == null) {
            device.loss = failure;
        }
    }

    /** Whether the calling thread's device is known to be lost. */
    static boolean lostHere() {
        Device device = CURRENT.get();
        return device != null && device.loss != null;
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

    /** A compute capability in words: 9.0 for 90. */
    public static String version(int architecture) {
        return architecture / 10 + "." + architecture % 10;
    }

    public int multiprocessors() {
        return multiprocessors;
    }

    /** Most dynamic shared memory that a block may have, in bytes. */
    public int sharedBytesPerBlock() {
        return sharedBytesPerBlock;
    }

    /** Whether it launches kernels whose blocks all run at the same time. */
    public boolean launchesCooperatively() {
        return launchesCooperatively;
    }

    /**
     * A device's memory.
     *
     * @param free bytes that can still be allocated; other processes take from the same
     * @param total bytes that it has
     */
    public record Memory(long free, long total) {}

    /** How much memory there is now. */
    public Memory memory() {
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            Status.runtime(cudaMemGetInfo(free, total), "cudaMemGetInfo");
            return new Memory(free.get(), total.get());
        }
    }

    /**
     * Allocates memory, whose content is undefined.
     *
     * @throws CudaException of kind OUT_OF_MEMORY
     */
    DeviceMemory allocate(long bytes) {
        Pointer base = new Pointer();
        int status = cudaMalloc(base, Math.max(1, bytes));
        if (status == cudaErrorMemoryAllocation) {
            throw outOfMemory(bytes);
        }
        Status.runtime(status, "the allocation of " + bytes + " bytes");
        allocatedBytes += bytes;
        return new DeviceMemory(base.address(), bytes);
    }

    private CudaException outOfMemory(long bytes) {
        Memory memory = memory();
        return new CudaException(
                CudaException.Kind.OUT_OF_MEMORY,
                "engine cuda: the device is out of memory: " + Amounts.of(bytes) + " were asked for, and "
                        + Amounts.of(memory.free()) + " of " + Amounts.of(memory.total()) + " are free on " + name
                        + ", where this engine has " + Amounts.of(allocatedBytes) + ".");
    }

    void free(DeviceMemory memory) {
        Status.release(() -> Status.runtime(cudaFree(memory.pointer()), "cudaFree"));
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
     * @param needed files of sources, without ".cu"
     * @param optional further ones; what stands in the way of one of these is said to whoever asks for its kernels
     * @throws CudaException with the compiler's messages, when one that is needed doesn't compile
     */
    public void compile(Collection<String> needed, Collection<String> optional) {
        java.util.stream.Stream.concat(needed.stream(), optional.stream())
                .parallel()
                .filter(file -> !modules.containsKey(file))
                .forEach(file -> {
                    try {
                        compiled.computeIfAbsent(file, f -> compiler.compile(f + ".cu"));
                    } catch (CudaException e) {
                        if (needed.contains(file)) {
                            throw e;
                        }
                        refused.put(file, e);
                    }
                });
    }

    /**
     * A kernel, compiled at first use.
     *
     * @param file of the source, without ".cu"
     * @param kernel name
     * @throws CudaException when it doesn't compile, or can't be loaded
     */
    public Kernel kernel(String file, String kernel) {
        return modules.computeIfAbsent(file, this::load).kernel(kernel);
    }

    private KernelModule load(String file) {
        CudaException why = refused.get(file);
        if (why != null) {
            throw new CudaException(why.kind(), why.getMessage());
        }
        byte[] code = compiled.remove(file);
        return new KernelModule(code == null ? compiler.compile(file + ".cu") : code);
    }

    @Override
    public void close() {
        modules.values().forEach(KernelModule::close);
        modules.clear();
        if (CURRENT.get() == this) {
            CURRENT.remove();
        }
    }
}
