package org.steadygrad.data.batch;

import java.util.SplittableRandom;

/**
 * Random generators that are addressed, not advanced: the same numbers (seed, split, epoch, example ...) give the same
 * generator, in whatever order and by whatever thread they are asked for.
 */
public final class Seeds {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Seeds() {}

    /** A generator that depends on all of {@code address} and their order. */
    public static SplittableRandom at(long... address) {
        long state = 0;
        for (long part : address) {
            state = mix(state + GOLDEN_GAMMA + mix(part));
        }
        return new SplittableRandom(state);
    }

    /** The numbers 0 to {@code size - 1} in an order that depends on {@code random} alone. */
    public static int[] permutation(int size, SplittableRandom random) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    /** Finaliser of SplitMix64 (Steele, Lea and Flood 2014, in Stafford's variant 13): a bijection that spreads every bit. */
    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
