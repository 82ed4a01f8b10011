package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.Blas.Matrix;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A stretch of a recurrent layer's time steps: the products with the input for all steps at once, the scan, and after its
 * way back the products that make gradients, again for all steps at once.
 */
final class ScanSegment {
    private final CudaRuntime runtime;
    private final LayerShape shape;
    private final LayerTensors tensors;
    private final LayerWeights weights;
    private final Workspace workspace;
    private final RecurrentScan scan;
    private final int width;
    private final int outputs;
    private final Launch bias;
    /** Makes the output of the states under a mask. */
    private final Optional<Launch> shown;

    private final Optional<ColumnSums> biasSums;

    /**
     * What the backward pass finds again.
     *
     * @param gates [T, B, width]
     * @param cells [T, B, H], for shapes that need it
     * @param states [T, B, H], h of every step under a mask, where the output is 0 instead; empty without a mask
     * @param stateGradient see {@link ScanTensors}; null without a backward pass
     * @param total see {@link ScanTensors}
     */
    record Workspace(
            DeviceMemory gates,
            Optional<DeviceMemory> cells,
            Optional<DeviceMemory> states,
            ScanTensors.State stateGradient,
            Optional<DeviceMemory> total) {}

    ScanSegment(
            ScanPlace place,
            ScanKind kind,
            LayerShape shape,
            LayerTensors tensors,
            LayerWeights weights,
            Workspace workspace) {
        runtime = place.runtime();
        this.shape = shape;
        this.tensors = tensors;
        this.weights = weights;
        this.workspace = workspace;
        width = shape.scan().width();
        outputs = shape.scan().gates() * shape.units();
        boolean gru = shape.cell() == Cell.GRU;
        DeviceMemory candidateBias = gru ? weights.bias().floats(outputs, shape.units()) : null;
        scan = kind.make(
                place,
                shape.scan(),
                new ScanTensors(
                        workspace.gates,
                        states(),
                        workspace.cells,
                        weights.recurrent(),
                        Optional.ofNullable(candidateBias),
                        tensors.initial(),
                        tensors.finals(),
                        tensors.mask(),
                        tensors.outputGradient(),
                        workspace.stateGradient,
                        workspace.total));
        bias = runtime.over((long) shape.rows() * outputs, "recurrent", "spread")
                .with(weights.bias())
                .with(workspace.gates)
                .with((long) shape.rows())
                .with(outputs)
                .with(width);
        shown = tensors.mask().map(this::showing);
        biasSums = weights.biasGradient()
                .filter(target -> shape.training())
                .map(target -> new ColumnSums(place, workspace.gates, target));
    }

    private DeviceMemory states() {
        return workspace.states.orElse(tensors.output());
    }

    private Launch showing(DeviceMemory mask) {
        return runtime.over(tensors.output().length(), "masks", "mask_rows")
                .with(states())
                .with(mask)
                .with(tensors.output())
                .with(shape.units())
                .with(tensors.output().length());
    }

    void forward() {
        runtime.stream().launch(bias);
        runtime.blas()
                .product(
                        Matrix.of(workspace.gates, width),
                        Matrix.of(weights.input(), shape.inputs()).transpose(),
                        Matrix.of(tensors.input(), shape.inputs()),
                        outputs,
                        shape.rows(),
                        shape.inputs(),
                        true);
        scan.forward();
        shown.ifPresent(runtime.stream()::launch);
    }

    /** @param add whether gradients of parameters are added to what is there */
    void backward(boolean add) {
        scan.backward();
        weights.inputGradient().ifPresent(gradient -> inputWeights(gradient, add));
        weights.recurrentGradient().ifPresent(gradient -> recurrentWeights(gradient, add));
        biasSums.ifPresent(sums -> sums.run(add));
        tensors.inputGradient().ifPresent(this::input);
    }

    private void inputWeights(DeviceMemory gradient, boolean add) {
        runtime.blas()
                .product(
                        Matrix.of(gradient, shape.inputs()),
                        Matrix.of(tensors.input(), shape.inputs()),
                        Matrix.of(workspace.gates, width).transpose(),
                        shape.inputs(),
                        outputs,
                        shape.rows(),
                        add);
    }

    private void input(DeviceMemory gradient) {
        runtime.blas()
                .product(
                        Matrix.of(gradient, shape.inputs()),
                        Matrix.of(weights.input(), shape.inputs()),
                        Matrix.of(workspace.gates, width),
                        shape.inputs(),
                        shape.rows(),
                        outputs,
                        false);
    }

    private void recurrentWeights(DeviceMemory gradient, boolean add) {
        if (shape.cell() == Cell.GRU) {
            // r and z; then q, which takes the place of n
            recurrentWeights(gradient, 0, 0, 2 * shape.units(), add);
            recurrentWeights(gradient, 2 * shape.units(), 3 * shape.units(), shape.units(), add);
        } else {
            recurrentWeights(gradient, 0, 0, outputs, add);
        }
    }

    /**
     * The state before each step times the gradient after it: the first one read has the initial state before it.
     *
     * @param target first column of the weights
     * @param source first column of the gates
     * @param count number of columns
     */
    private void recurrentWeights(DeviceMemory gradient, int target, int source, int count, boolean add) {
        int units = shape.units();
        int others = shape.steps() - 1;
        int first = shape.reverse() ? others : 0;
        DeviceMemory columns = gradient.floats((long) target * units, (long) count * units);
        product(columns, tensors.initial().hidden(), gates(first, 1, source), count, shape.examples(), add);
        if (others > 0) {
            int before = shape.reverse() ? 1 : 0;
            DeviceMemory earlier = states().floats(before * shape.stateLength(), others * shape.stateLength());
            int rows = others * shape.examples();
            product(columns, earlier, gates(1 - before, others, source), count, rows, true);
        }
    }

    /** Gates of some steps from a column on. */
    private DeviceMemory gates(int step, int steps, int column) {
        long length = (long) shape.examples() * width;
        return workspace.gates.floats(step * length + column, steps * length - column);
    }

    private void product(
            DeviceMemory target, DeviceMemory states, DeviceMemory gradients, int count, int rows, boolean add) {
        int units = shape.units();
        runtime.blas()
                .product(
                        Matrix.of(target, units),
                        Matrix.of(states, units),
                        Matrix.of(gradients, width).transpose(),
                        units,
                        count,
                        rows,
                        add);
    }
}
