package org.steadygrad.data.batch;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Decides which examples form which batch of an epoch.
 *
 * <p>Training: each length is multiplied by a random factor in [1, 1.1), the examples are sorted by it and cut into
 * batches, and the batches are shuffled. So batches hold similar lengths (little padding), yet no epoch repeats the
 * composition of another; where all lengths are equal this is a plain shuffle. Validation: sorted by length, and by
 * number among equals.
 *
 * <p>The last batch in the sorted order may be smaller than the others; no example is dropped.
 */
final class BatchPlan {
    private static final double LENGTH_JITTER = 0.1;
    private static final long SALT = 0x6261746368L;

    private BatchPlan() {}

    static int count(int examples, int batch) {
        return (int) (((long) examples + batch - 1) / batch);
    }

    static int[][] shuffled(ExampleSet examples, int batch, long seed, int epoch) {
        SplittableRandom random = Seeds.at(SALT, seed, epoch);
        double[] keys = new double[examples.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = examples.steps(i) * (1 + LENGTH_JITTER * random.nextDouble());
        }
        int[] order = sorted(keys.length, Comparator.comparingDouble(i -> keys[i]));
        int[][] batches = cut(order, batch);
        int[] positions = Seeds.permutation(batches.length, random);
        return Arrays.stream(positions).mapToObj(i -> batches[i]).toArray(int[][]::new);
    }

    static int[][] inOrder(ExampleSet examples, int batch) {
        return cut(sorted(examples.size(), Comparator.comparingInt(examples::steps)), batch);
    }

    private static int[] sorted(int size, Comparator<Integer> order) {
        return IntStream.range(0, size).boxed().sorted(order).mapToInt(i -> i).toArray();
    }

    private static int[][] cut(int[] order, int batch) {
        int[][] batches = new int[count(order.length, batch)][];
        for (int i = 0; i < batches.length; i++) {
            int end = (int) Math.min(order.length, (i + 1L) * batch);
            batches[i] = Arrays.copyOfRange(order, i * batch, end);
        }
        return batches;
    }
}
