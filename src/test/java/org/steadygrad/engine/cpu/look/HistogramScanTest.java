package org.steadygrad.engine.cpu.look;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.model.ActivationRange;
import org.steadygrad.ops.Histogram;

/** Histograms of tensors, large and small ones taken together, against those of arrays. */
class HistogramScanTest {
    private static final int[][] SHAPES = {
        {1, 1}, {33, 7}, {128, 256}, {700, 513}, {3, 5000}, {40, 9001}, {300_000, 1}, {100, 64}
    };

    private final List<FloatMemory> memories = new ArrayList<>();
    private final List<float[]> present = new ArrayList<>();
    private final Random random = new Random(5);

    @AfterEach
    void free() {
        memories.forEach(FloatMemory::close);
    }

    private MaskedRows tensor(int[] shape, boolean masked, float wild) {
        int length = shape[0] * shape[1];
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.exp(random.nextGaussian()));
        }
        values[length / 2] = wild;
        FloatMemory memory = FloatMemory.allocate(length);
        memory.write(0, values, length);
        memories.add(memory);
        float[] mask = new float[shape[0]];
        List<Float> kept = new ArrayList<>();
        for (int row = 0; row < shape[0]; row++) {
            mask[row] = !masked || random.nextInt(3) > 0 ? 1 : 0;
            for (int column = 0; mask[row] != 0 && column < shape[1]; column++) {
                kept.add(values[row * shape[1] + column]);
            }
        }
        float[] all = new float[kept.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = kept.get(i);
        }
        present.add(all);
        return new MaskedRows(memory, shape[1], masked ? mask : null, ActivationRange.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void tensorsAreCountedLikeArrays(int threads) {
        List<MaskedRows> tensors = new ArrayList<>();
        for (int[] shape : SHAPES) {
            tensors.add(tensor(shape, false, 0));
            tensors.add(tensor(shape, true, -0f));
            tensors.add(tensor(shape, false, Float.NaN));
            tensors.add(tensor(shape, true, Float.NEGATIVE_INFINITY));
        }
        try (Workers workers = new Workers(threads)) {
            HistogramScan scan = new HistogramScan(workers);
            List<Histogram> found = scan.of(tensors);
            for (int i = 0; i < tensors.size(); i++) {
                Histogram expected = Histogram.of(present.get(i), 0, present.get(i).length);
                assertLike(expected, found.get(i), tensors.get(i).data().length() + " elements, case " + i);
            }
            assertEquals(found, scan.of(tensors), "the same again");
        }
    }

    private static void assertLike(Histogram expected, Histogram actual, String name) {
        assertEquals(expected.low(), actual.low(), 0, name);
        assertEquals(expected.high(), actual.high(), 0, name);
        assertEquals(expected.counts(), actual.counts(), name);
        assertEquals(expected.nonFinite(), actual.nonFinite(), name);
        assertEquals(expected.sum(), actual.sum(), 1e-9 * expected.total(), name);
        assertEquals(expected.squares(), actual.squares(), 1e-12 * expected.squares(), name);
    }
}
