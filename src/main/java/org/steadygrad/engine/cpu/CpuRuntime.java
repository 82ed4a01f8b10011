package org.steadygrad.engine.cpu;

import org.nd4j.nativeblas.NativeOpsHolder;

/** oneDNN and the threads of one engine. */
final class CpuRuntime implements AutoCloseable {
    /** Number of elements that Java loops move to the heap at once; two or three such arrays fit into the first cache. */
    static final int CHUNK = 2048;

    private static final int HEAP_ARRAYS = 4;

    private final int threads;
    private final OneDnn oneDnn;
    private final Workers workers;
    private final float[][][] heap;
    private Thread prepared;

    /** @param threads number of threads for oneDNN and for Java loops, at least 1 */
    CpuRuntime(int threads) {
        this.threads = threads;
        workers = new Workers(threads);
        heap = new float[threads][HEAP_ARRAYS][CHUNK];
        prepareThread();
        oneDnn = new OneDnn();
    }

    private CpuRuntime(int threads, Thread prepared) {
        this.threads = threads;
        this.prepared = prepared;
        workers = new Workers(1);
        heap = new float[1][HEAP_ARRAYS][CHUNK];
        oneDnn = new OneDnn();
    }

    /** Takes OpenMP's threads as they are, and none besides. */
    static CpuRuntime ofCallingThread() {
        int threads = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
        return new CpuRuntime(threads, Thread.currentThread());
    }

    /** OpenMP keeps its number of threads per calling thread. */
    void prepareThread() {
        if (prepared != Thread.currentThread()) {
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
            prepared = Thread.currentThread();
        }
    }

    int threads() {
        return threads;
    }

    OneDnn oneDnn() {
        return oneDnn;
    }

    Workers workers() {
        return workers;
    }

    /**
     * An array of {@link #CHUNK} elements for one part of a loop, whose content means nothing to others.
     *
     * @param part of the loop
     * @param number below 4
     */
    float[] heap(int part, int number) {
        return heap[part][number];
    }

    @Override
    public void close() {
        workers.close();
        oneDnn.close();
    }
}
