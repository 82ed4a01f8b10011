package org.steadygrad.ops;

/** Seeds for ND4J's random generator and DL4J's configurations. */
public final class Nd4jSeed {
    /** Some number that isn't 0. */
    private static final long INSTEAD_OF_ZERO = 0x5DEECE66DL;

    private Nd4jSeed() {}

    /**
     * ND4J 1.0.0-M2.1 takes a seed of 0 as a wish for the time of day.
     *
     * @return the seed itself, or what stands for 0
     */
    public static long of(long seed) {
        return seed == 0 ? INSTEAD_OF_ZERO : seed;
    }
}
