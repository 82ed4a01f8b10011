package org.steadygrad.engine.dl4j;

import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * How many threads ND4J and OpenBLAS use, for the whole program. Keeps ND4J from spreading small operations over threads. By default it does so from 1024 elements on; a step of a
 * recurrent network is made of thousands of operations on some ten thousand elements, each of which takes less time than
 * waking a thread does. Matrix products are OpenBLAS's business and stay parallel.
 */
final class Nd4jThreads {
    /** ND4J's own value, which says that nobody has chosen another. */
    private static final int ND4J_DEFAULT = 1024;

    /** Operations on fewer elements run on the calling thread: about half a millisecond's work. */
    private static final int ELEMENTS = 1 << 18;

    private Nd4jThreads() {}

    /**
     * The thresholds aren't touched when somebody has changed them before.
     *
     * @param threads 0 leaves the number as it is
     */
    static void apply(int threads) {
        if (threads > 0) {
            Nd4j.getEnvironment().setMaxMasterThreads(threads);
            NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
            Nd4j.factory().blas().setMaxThreads(threads);
        }
        Environment environment = Nd4j.getEnvironment();
        if (environment.elementwiseThreshold() == ND4J_DEFAULT) {
            environment.setElementwiseThreshold(ELEMENTS);
            environment.setTadThreshold(ELEMENTS);
        }
    }
}
