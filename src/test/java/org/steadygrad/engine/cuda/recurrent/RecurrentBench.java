package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/** A recurrent layer with random data on a device, and what came of it. */
final class RecurrentBench implements AutoCloseable {
    private static final double TOLERANCE = 1e-4;

    final CudaRuntime runtime;
    final LayerShape shape;
    final RecurrentData data;
    final DeviceScope scope;
    final ScanPlace place;
    final LayerTensors tensors;
    final LayerWeights weights;
    private final Map<List<Long>, DeviceMemory> scratch = new HashMap<>();

    RecurrentBench(CudaRuntime runtime, LayerShape shape) {
        this.runtime = runtime;
        this.shape = shape;
        // not of the record itself, whose enums have another hash code in every process
        data = new RecurrentData(shape, 7 + shape.toString().hashCode() % 100);
        scope = new DeviceScope(runtime.device());
        place = new ScanPlace(
                runtime, scope, (bytes, n) -> scratch.computeIfAbsent(List.of(bytes, n), k -> wild(bytes / 4)));
        boolean lstm = shape.cell() == Cell.LSTM;
        Optional<DeviceMemory> cell = lstm ? Optional.of(upload(data.cell)) : Optional.empty();
        long state = shape.stateLength();
        tensors = new LayerTensors(
                upload(data.input),
                wild(data.upstream.length),
                shape.training() ? upload(data.upstream) : null,
                shape.training() ? Optional.of(wild(data.input.length)) : Optional.empty(),
                Optional.ofNullable(data.mask).map(this::upload),
                new State(upload(data.hidden), cell),
                new State(wild(state), lstm ? Optional.of(wild(state)) : Optional.empty()));
        weights = new LayerWeights(
                upload(data.weights),
                upload(data.recurrent),
                upload(data.bias),
                Optional.of(wild(data.weights.length)),
                Optional.of(wild(data.recurrent.length)),
                Optional.of(wild(data.bias.length)));
    }

    /** Memory full of NaN. */
    DeviceMemory wild(long length) {
        double[] values = new double[(int) length];
        java.util.Arrays.fill(values, Double.NaN);
        return upload(values);
    }

    private DeviceMemory upload(double[] values) {
        DeviceMemory memory = scope.floats(values.length);
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            for (int i = 0; i < values.length; i++) {
                host.floats().put(i, (float) values[i]);
            }
            runtime.stream().upload(memory, host);
            runtime.stream().synchronize();
        }
        return memory;
    }

    double[] read(DeviceMemory memory) {
        double[] values = new double[(int) memory.length()];
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            runtime.stream().download(host, memory);
            runtime.stream().synchronize();
            for (int i = 0; i < values.length; i++) {
                values[i] = host.floats().get(i);
            }
        }
        return values;
    }

    /** Changes one element. */
    void put(DeviceMemory memory, int index, float value) {
        try (PinnedMemory host = runtime.device().pinned(memory.bytes())) {
            runtime.stream().download(host, memory);
            runtime.stream().synchronize();
            host.floats().put(index, value);
            runtime.stream().upload(memory, host);
            runtime.stream().synchronize();
        }
    }

    /** Runs forward and, in training, backward. */
    Map<String, double[]> results(RecurrentRun run) {
        run.forward();
        if (shape.training()) {
            run.backward();
        }
        Map<String, double[]> results = new HashMap<>();
        results.put("output", read(tensors.output()));
        results.put("hidden", read(tensors.finals().hidden()));
        tensors.finals().cell().ifPresent(cell -> results.put("cell", read(cell)));
        if (shape.training()) {
            results.put("weights", read(weights.inputGradient().orElseThrow()));
            results.put("recurrent", read(weights.recurrentGradient().orElseThrow()));
            results.put("bias", read(weights.biasGradient().orElseThrow()));
            results.put("input", read(tensors.inputGradient().orElseThrow()));
        }
        return results;
    }

    /** Asserts that these are the outputs of the layer in double, and gradients the slopes of its loss. */
    void assertRight(Map<String, double[]> results) {
        RecurrentReference exact = new RecurrentReference(shape, data);
        Map<String, double[]> expected = new HashMap<>();
        expected.put("output", exact.output);
        expected.put("hidden", exact.hidden);
        if (shape.cell() == Cell.LSTM) {
            expected.put("cell", exact.cell);
        }
        Gradient.assertClose(expected, results, 1e-5, "result");
        if (shape.training()) {
            assertSlopes("weights", data.weights, results);
            assertSlopes("recurrent", data.recurrent, results);
            assertSlopes("bias", data.bias, results);
            assertSlopes("input", data.input, results);
        }
    }

    private void assertSlopes(String name, double[] values, Map<String, double[]> results) {
        Random random = new Random(3);
        double[] gradient = results.get(name);
        double[] original = values.clone();
        for (int trial = 0; trial < 3; trial++) {
            double[] direction = random.doubles(values.length, -1, 1).toArray();
            double step = 1e-6;
            double along = 0;
            for (int i = 0; i < values.length; i++) {
                along += gradient[i] * direction[i];
            }
            double slope =
                    (loss(values, original, direction, step) - loss(values, original, direction, -step)) / 2 / step;
            System.arraycopy(original, 0, values, 0, values.length);
            double allowed = TOLERANCE * Gradient.norm(gradient) * Gradient.norm(direction) + 1e-6;
            assertEquals(slope, along, allowed, "slope along a direction of " + name);
        }
    }

    private double loss(double[] values, double[] original, double[] direction, double step) {
        for (int i = 0; i < values.length; i++) {
            values[i] = original[i] + step * direction[i];
        }
        return new RecurrentReference(shape, data).loss(data.upstream);
    }

    /** Norms of the loss' gradient with respect to every step's h, by differences. */
    List<Double> norms() {
        List<Double> norms = new ArrayList<>();
        for (int step = 0; step < shape.steps(); step++) {
            double squares = 0;
            for (int i = 0; i < shape.stateLength(); i++) {
                double[] disturbance = new double[(int) shape.stateLength()];
                disturbance[i] = 1e-5;
                double above = new RecurrentReference(shape, data, step, disturbance).loss(data.upstream);
                disturbance[i] = -1e-5;
                double below = new RecurrentReference(shape, data, step, disturbance).loss(data.upstream);
                squares += Math.pow((above - below) / 2e-5, 2);
            }
            norms.add(Math.sqrt(squares));
        }
        return norms;
    }

    @Override
    public void close() {
        runtime.stream().synchronize();
        scope.close();
    }
}
