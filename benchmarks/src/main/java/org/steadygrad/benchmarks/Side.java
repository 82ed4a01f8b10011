package org.steadygrad.benchmarks;

/** One side of a comparison. Owns native memory; used by one thread. */
interface Side extends AutoCloseable {

    /** "cpu", "djl-pytorch-2.7.1", "dl4j", ... */
    String name();

    /** Runs one whole training step. */
    void step();

    /** The loss that the last step computed, before its update. */
    double loss();

    /**
     * Runs steps one after another.
     *
     * @return the time in nanoseconds of the part that the case is about
     */
    default long run(int steps) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            step();
        }
        return System.nanoTime() - start;
    }

    @Override
    void close();
}
