package org.steadygrad.engine.program;

import java.util.Arrays;
import org.steadygrad.check.Check;

/**
 * Where a sequence is cut. Each segment is one call of what runs a recurrent layer, which costs no time as long as it has
 * {@value #SHORTEST} steps; smaller workspaces even save some by staying in the caches. Lengths differ by one at most, so
 * that there are two kinds of calls at most.
 */
public final class Segmentation {
    public static final int SHORTEST = 8;

    /** So many points of the gradient through time are known at least, if the sequence is long enough. */
    public static final int FEWEST_SEGMENTS = 32;

    /** Workspace of a segment that caches hold well. */
    private static final long CACHED_BYTES = 8L << 20;

    private Segmentation() {}

    /**
     * Lengths of segments whose workspaces are all kept.
     *
     * @param steps length of the sequence
     * @param bytesPerStep of a workspace
     */
    public static int[] kept(int steps, long bytesPerStep) {
        Check.positive(steps, "Segmentation", "steps");
        int most = Math.max(1, steps / SHORTEST);
        long cached = Math.max(1, steps * bytesPerStep / CACHED_BYTES);
        int wanted = (int) Math.min(most, Math.max(FEWEST_SEGMENTS, cached));
        return equal(steps, equalCount(steps, wanted, most));
    }

    /** One primitive instead of two is worth some more segments, or some less where there can't be more. */
    private static int equalCount(int steps, int wanted, int most) {
        for (int count = wanted; count <= Math.min(most, 2L * wanted); count++) {
            if (steps % count == 0) {
                return count;
            }
        }
        if (wanted == most && most < FEWEST_SEGMENTS) {
            for (int count = most; count > most * 3 / 4; count--) {
                if (steps % count == 0) {
                    return count;
                }
            }
        }
        return wanted;
    }

    /**
     * Lengths of segments of which one workspace is kept for all, and the states between them: about the square root of
     * the sequence's length, which makes the sum of both smallest.
     *
     * @param bytesPerStep of a workspace
     * @param stateBytes of the state between two segments
     */
    public static int[] recomputed(int steps, long bytesPerStep, long stateBytes) {
        Check.positive(steps, "Segmentation", "steps");
        double best = Math.sqrt((double) steps * stateBytes / Math.max(1, bytesPerStep));
        int length = (int) Math.max(SHORTEST, Math.round(best));
        return equal(steps, Math.max(1, Math.min(steps / SHORTEST, (steps + length - 1) / length)));
    }

    /** Segments of one step. */
    public static int[] single(int steps) {
        return equal(steps, steps);
    }

    /** As many lengths as segments; the longer ones come first. */
    static int[] equal(int steps, int count) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, steps / count);
        for (int i = 0; i < steps % count; i++) {
            lengths[i]++;
        }
        return lengths;
    }
}
