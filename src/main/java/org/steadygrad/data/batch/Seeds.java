package org.steadygrad.data.batch;

import java.util.SplittableRandom;
import org.steadygrad.ops.SplitMix;

/**
 * Random generators that are addressed, not advanced: the same numbers (seed, split, epoch, example ...) give the same
 * generator, in whatever order and by whatever thread they are asked for.
 */
public final class Seeds {
    private Seeds() {}

    /** A generator that depends on all of {@code address} and their order. */
    public static SplittableRandom at(long... address) {
        long state = 0;
        for (long part : address) {
            state = SplitMix.mix(state + SplitMix.GOLDEN_GAMMA + SplitMix.mix(part));
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
}
