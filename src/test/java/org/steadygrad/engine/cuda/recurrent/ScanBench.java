package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/** Random tensors for a scan, on the device and in double. */
final class ScanBench implements AutoCloseable {
    private static final double TOLERANCE = 2e-5;

    private final CudaRuntime runtime;
    private final ScanShape shape;
    private final DeviceScope scope;
    private final Map<String, double[]> given = new LinkedHashMap<>();
    private final Map<String, DeviceMemory> memory = new LinkedHashMap<>();
    private final Map<Long, DeviceMemory> scratch = new TreeMap<>();
    private final Random random;
    final ScanPlace place;
    final ScanTensors tensors;

    ScanBench(CudaRuntime runtime, ScanShape shape, boolean masked) {
        this.runtime = runtime;
        this.shape = shape;
        // not of the record itself, whose enums have another hash code in every process
        random = new Random(shape.toString().hashCode());
        scope = new DeviceScope(runtime.device());
        place = new ScanPlace(
                runtime,
                scope,
                (bytes, number) -> scratch.computeIfAbsent(bytes << 8 | number, key -> scope.bytes(bytes)));
        int rows = shape.steps() * shape.examples();
        int states = shape.examples() * shape.units();
        int all = rows * shape.units();
        boolean lstm = shape.cell() == Cell.LSTM;
        tensors = new ScanTensors(
                random("gates", rows * shape.width(), 1),
                filled("hidden", all),
                Optional.ofNullable(lstm ? filled("cells", all) : null),
                random("weights", shape.gates() * shape.units() * shape.units(), 1 / Math.sqrt(shape.units())),
                Optional.ofNullable(shape.cell() == Cell.GRU ? random("bias", shape.units(), 0.3) : null),
                state("initial", states, lstm),
                new ScanTensors.State(
                        filled("final h", states), Optional.ofNullable(lstm ? filled("final c", states) : null)),
                Optional.ofNullable(masked ? mask(rows) : null),
                random("hiddenGradient", all, 1),
                state("gradient", states, lstm),
                Optional.of(filled("total", all)));
    }

    private ScanTensors.State state(String name, int length, boolean cell) {
        return new ScanTensors.State(
                random(name + " h", length, 0.5), Optional.ofNullable(cell ? random(name + " c", length, 0.5) : null));
    }

    private DeviceMemory random(String name, int length, double scale) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return put(name, values);
    }

    private DeviceMemory mask(int rows) {
        double[] values = new double[rows];
        for (int i = 0; i < rows; i++) {
            values[i] = random.nextInt(3) == 0 ? 0 : 1;
        }
        return put("mask", values);
    }

    /** What has to be overwritten. */
    private DeviceMemory filled(String name, int length) {
        double[] values = new double[length];
        Arrays.fill(values, Double.NaN);
        return put(name, values);
    }

    private DeviceMemory put(String name, double[] values) {
        given.put(name, values);
        memory.put(name, scope.floats(values.length));
        return memory.get(name);
    }

    private void upload(String name) {
        double[] values = given.get(name);
        try (PinnedMemory pinned = runtime.device().pinned((long) values.length * Float.BYTES)) {
            FloatBuffer floats = pinned.floats();
            for (double value : values) {
                floats.put((float) value);
            }
            runtime.stream().upload(memory.get(name), pinned);
            runtime.stream().synchronize();
        }
    }

    private double[] download(String name) {
        double[] values = new double[given.get(name).length];
        try (PinnedMemory pinned = runtime.device().pinned((long) values.length * Float.BYTES)) {
            runtime.stream().download(pinned, memory.get(name));
            runtime.stream().synchronize();
            FloatBuffer floats = pinned.floats();
            for (int i = 0; i < values.length; i++) {
                values[i] = floats.get();
            }
        }
        return values;
    }

    /** Everything that a forward and a backward scan leave, from the same tensors each time. */
    Map<String, double[]> results(RecurrentScan scan) {
        given.keySet().forEach(this::upload);
        Map<String, double[]> results = new LinkedHashMap<>();
        scan.forward();
        keep(results, "hidden", "final h", "final c", "cells", "gates");
        results.put("kept", results.remove("gates"));
        scan.backward();
        keep(results, "gates", "total", "gradient h", "gradient c");
        return results;
    }

    private void keep(Map<String, double[]> results, String... names) {
        for (String name : names) {
            if (memory.containsKey(name)) {
                results.put(name, download(name));
            }
        }
    }

    /** What {@link #results} has to be. */
    Map<String, double[]> expected() {
        int states = shape.examples() * shape.units();
        double[] none = new double[states];
        double[][] initial = {given.get("initial h"), given.getOrDefault("initial c", none)};
        ScanReference reference = new ScanReference(
                shape, given.get("gates"), given.get("weights"), given.get("bias"), initial, given.get("mask"));
        reference.forward();
        Map<String, double[]> expected = new LinkedHashMap<>();
        expected.put("hidden", reference.hidden);
        expected.put("final h", reference.h);
        expected.put("final c", reference.c);
        expected.put("cells", reference.cells);
        expected.put("kept", reference.gates.clone());
        double[] dh = given.get("gradient h").clone();
        double[] dc = given.getOrDefault("gradient c", none).clone();
        reference.backward(given.get("hiddenGradient"), dh, dc);
        expected.put("gates", reference.gates);
        expected.put("total", reference.total);
        expected.put("gradient h", dh);
        expected.put("gradient c", dc);
        return expected;
    }

    static void assertClose(Map<String, double[]> expected, Map<String, double[]> actual) {
        assertTrue(actual.size() >= 6, "results " + actual.keySet());
        actual.forEach((name, values) -> {
            double[] wanted = expected.get(name);
            for (int i = 0; i < values.length; i++) {
                assertEquals(wanted[i], values[i], TOLERANCE * (1 + Math.abs(wanted[i])), name + "[" + i + "]");
            }
        });
    }

    @Override
    public void close() {
        runtime.stream().synchronize();
        scope.close();
    }
}
