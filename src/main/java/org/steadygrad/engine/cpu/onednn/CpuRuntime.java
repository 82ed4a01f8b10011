package org.steadygrad.engine.cpu.onednn;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/** oneDNN and the threads of one engine. */
public final class CpuRuntime implements AutoCloseable {
    /** Number of elements that Java loops move to the heap at once; two or three such arrays fit into the first cache. */
    public static final int CHUNK = 2048;

    private static final int HEAP_ARRAYS = 4;

    private final int threads;
    private final OneDnn oneDnn;
    private final List<OneDnn> streams = new ArrayList<>();
    private final Workers workers;
    private final float[][][] heap;
    private boolean singleThreaded;

    /** @param threads number of threads for oneDNN and for Java loops, at least 1 */
    public CpuRuntime(int threads) {
        this(threads, threads);
    }

    private CpuRuntime(int threads, int javaThreads) {
        this.threads = threads;
        workers = new Workers(javaThreads);
        heap = new float[javaThreads][HEAP_ARRAYS][CHUNK];
        prepareThread();
        oneDnn = new OneDnn();
    }

    /** Takes OpenMP's threads as they are, and none besides. */
    public static CpuRuntime ofCallingThread() {
        return new CpuRuntime(NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads(), 1);
    }

    /** OpenMP keeps its number of threads per calling thread, for whichever engine asked last. */
    public void prepareThread() {
        setOpenMp(threads);
    }

    /** With ND4J's CUDA back end the same call is about CUDA's threads. */
    private static boolean setsOpenMp() {
        return Nd4j.getExecutioner().type() == ExecutionerType.NATIVE_CPU;
    }

    private static void setOpenMp(int threads) {
        if (setsOpenMp()) {
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        }
    }

    /** How many threads can run primitives of their own at the same time. */
    public int streams() {
        return setsOpenMp() ? workers.threads() : 1;
    }

    /** Makes, or runs, primitives that each keep to one thread, whichever it is. */
    public void singleThreaded(Runnable work) {
        singleThreaded = true;
        setOpenMp(1);
        try {
            work.run();
        } finally {
            setOpenMp(threads);
            singleThreaded = false;
        }
    }

    /** Whether primitives that are made now keep to one thread. */
    public boolean isSingleThreaded() {
        return singleThreaded;
    }

    /**
     * Runs parts at the same time, each in a thread of its own; primitives that a part runs keep to its thread.
     *
     * @param parts at most the number of {@link #workers()}
     * @param task its primitives were made by {@link #singleThreaded}, for the part's {@link #stream}
     */
    public void runSingleThreaded(int parts, Workers.Range task) {
        try {
            workers.each(parts, (part, from, to) -> {
                setOpenMp(1);
                task.run(part, from, to);
            });
        } finally {
            setOpenMp(threads);
        }
    }

    public int threads() {
        return threads;
    }

    public OneDnn oneDnn() {
        return oneDnn;
    }

    /** What one of several threads runs primitives with at the same time. */
    public OneDnn stream(int part) {
        while (streams.size() <= part) {
            streams.add(new OneDnn(oneDnn));
        }
        return streams.get(part);
    }

    public Workers workers() {
        return workers;
    }

    /**
     * An array of {@link #CHUNK} elements for one part of a loop, whose content means nothing to others.
     *
     * @param part of the loop
     * @param number below 4
     */
    public float[] heap(int part, int number) {
        return heap[part][number];
    }

    @Override
    public void close() {
        workers.close();
        streams.forEach(OneDnn::close);
        oneDnn.close();
    }
}
