package org.steadygrad.ops;

/** Parts of the random generator SplitMix64 (Steele, Lea and Flood 2014). */
public final class SplitMix {
    /** What the state is advanced by: an odd number near 2^64 divided by the golden ratio. */
    public static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private SplitMix() {}

    /** The finaliser, in Stafford's variant 13: a bijection that spreads every bit. */
    public static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
