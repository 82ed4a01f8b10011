package org.steadygrad.engine.cpu.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.trace.Reading;
import org.steadygrad.model.ActivationRange;

/** Readings of tensors against sums in double, for values that float sums can and can't hold. */
class TensorScanTest {
    private static Workers workers;

    @BeforeAll
    static void start() {
        workers = new Workers(2);
    }

    @AfterAll
    static void stop() {
        workers.close();
    }

    @TestFactory
    Stream<DynamicTest> momentsAreThoseOfDoubles() {
        Random random = new Random(3);
        return Stream.of(
                        new int[] {1, 1},
                        new int[] {33, 7},
                        new int[] {300, 3},
                        new int[] {128, 256},
                        new int[] {700, 513},
                        new int[] {3, 5000})
                .flatMap(shape -> Stream.of(
                        values(shape, "normal", i -> random.nextGaussian()),
                        values(shape, "far from 0", i -> 1e4 + random.nextGaussian()),
                        values(shape, "constant", i -> 0.1f),
                        values(shape, "tiny", i -> 1e-30 * random.nextGaussian()),
                        values(shape, "huge", i -> 1e30 * random.nextGaussian()),
                        values(shape, "of all sizes", i -> Math.pow(10, random.nextInt(60) - 30)),
                        values(shape, "one outlier", i -> i == 0 ? 1e6 : random.nextGaussian())));
    }

    private static DynamicTest values(int[] shape, String name, IntToDoubleFunction value) {
        return DynamicTest.dynamicTest(shape[0] + " x " + shape[1] + " " + name, () -> {
            int length = shape[0] * shape[1];
            try (FloatMemory tensor = FloatMemory.allocate(length)) {
                for (int i = 0; i < length; i++) {
                    tensor.put(i, (float) value.applyAsDouble(i));
                }
                double sum = 0;
                double squares = 0;
                for (int i = 0; i < length; i++) {
                    sum += tensor.get(i);
                    squares += (double) tensor.get(i) * tensor.get(i);
                }
                double norm = Math.sqrt(squares);
                double size = norm / Math.sqrt(length);
                double mean = sum / length;
                double variance = 0;
                for (int i = 0; i < length; i++) {
                    variance += (tensor.get(i) - mean) * (tensor.get(i) - mean) / length;
                }
                double deviation = Math.sqrt(variance);
                TensorScan scan = new TensorScan(workers);
                assertEquals(norm, scan.norm(tensor, shape[1]).norm(), 1e-6 * norm);
                Reading reading = read(scan, tensor, shape[1], ActivationRange.NONE);
                assertEquals(norm, reading.norm(), 1e-6 * norm);
                assertEquals(mean, reading.mean(), 1e-6 * size);
                assertEquals(deviation, reading.deviation(), 1e-5 * deviation + 1e-6 * size);
                assertEquals(-1, reading.nonFiniteRow());
            }
        });
    }

    private static Reading read(TensorScan scan, FloatMemory tensor, int columns, ActivationRange range) {
        return scan.read(List.of(new MaskedRows(tensor, columns, null, range))).get(0);
    }

    @Test
    void tensorsThatAreReadTogetherAreReadAsOnesOnTheirOwn() {
        Random random = new Random(11);
        ActivationRange tanh = new ActivationRange("tanh", -1, 1, 2, false);
        List<FloatMemory> memories = new ArrayList<>();
        List<MaskedRows> tensors = new ArrayList<>();
        int[] lengths = {128 * 256, 700 * 33, 64, 400 * 512, 128 * 256, 3 * 5000, 300 * 64};
        int[] columns = {256, 33, 64, 512, 256, 5000, 64};
        for (int i = 0; i < lengths.length; i++) {
            FloatMemory tensor = FloatMemory.allocate(lengths[i]);
            for (int j = 0; j < lengths[i]; j++) {
                tensor.put(j, (float) (i + 0.25 * random.nextGaussian()));
            }
            float[] mask = new float[300];
            mask[7 * i] = 1;
            mask[299] = 1;
            memories.add(tensor);
            tensors.add(
                    new MaskedRows(tensor, columns[i], i == 6 ? mask : null, i % 2 == 0 ? tanh : ActivationRange.NONE));
        }
        TensorScan scan = new TensorScan(workers);
        List<Reading> together = scan.read(tensors);
        for (int i = 0; i < lengths.length; i++) {
            assertEquals(scan.read(tensors.subList(i, i + 1)).get(0), together.get(i), "tensor " + i);
        }
        assertTrue(together.get(0).saturatedShare() < 0.1, together.get(0).toString());
        assertTrue(together.get(4).saturatedShare() > 0.9, together.get(4).toString());
        memories.forEach(FloatMemory::close);
    }

    @Test
    void theFirstNumberThatIsntFiniteIsNamed() {
        try (FloatMemory tensor = FloatMemory.allocate(700 * 33)) {
            tensor.put(650 * 33 + 5, Float.NEGATIVE_INFINITY);
            tensor.put(300 * 33 + 32, Float.NaN);
            TensorScan scan = new TensorScan(workers);
            for (Reading reading :
                    new Reading[] {read(scan, tensor, 33, ActivationRange.NONE), scan.norm(tensor, 33)}) {
                assertEquals(300, reading.nonFiniteRow());
                assertTrue(Double.isNaN(reading.nonFinite()));
            }
            tensor.put(300 * 33 + 32, 0);
            assertEquals(Double.NEGATIVE_INFINITY, TensorScan.nonFinite(tensor));
            assertEquals(650, scan.norm(tensor, 33).nonFiniteRow());
        }
    }

    @Test
    void unitsThatAreZeroThroughoutAreDead() {
        try (FloatMemory tensor = FloatMemory.allocate(128 * 40)) {
            for (int row = 0; row < 128; row++) {
                for (int column = 10; column < 40; column++) {
                    tensor.put(row * 40 + column, row == 77 || column > 20 ? 0.5f : 0);
                }
            }
            for (int row = 0; row < 128; row++) {
                tensor.put(row * 40, 1e-30f);
            }
            ActivationRange relu = new ActivationRange("relu", Double.NaN, Double.NaN, 0, true);
            Reading reading = read(new TensorScan(workers), tensor, 40, relu);
            assertEquals(9 / 40.0, reading.deadShare());
        }
    }
}
