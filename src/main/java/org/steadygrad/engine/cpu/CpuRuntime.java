package org.steadygrad.engine.cpu;

import org.nd4j.nativeblas.NativeOpsHolder;

/** oneDNN and the threads of one engine. */
final class CpuRuntime implements AutoCloseable {
    private final int threads;
    private final OneDnn oneDnn;
    private final Workers workers;
    private Thread prepared;

    /** @param threads number of threads for oneDNN and for Java loops, at least 1 */
    CpuRuntime(int threads) {
        this.threads = threads;
        workers = new Workers(threads);
        prepareThread();
        oneDnn = new OneDnn();
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

    @Override
    public void close() {
        workers.close();
        oneDnn.close();
    }
}
