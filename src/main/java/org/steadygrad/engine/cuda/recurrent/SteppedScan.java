package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.Blas;
import org.steadygrad.engine.cuda.driver.Blas.Matrix;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A scan by two launches per time step: a product with the recurrent weights, and a kernel for all that is done element by
 * element. Takes every cell, size and mask.
 */
final class SteppedScan implements RecurrentScan {
    /** Stepped scans, which nothing stands in the way of. */
    static final ScanKind KIND = new ScanKind() {
        @Override
        public String name() {
            return "stepped";
        }

        @Override
        public Optional<String> obstacle(CudaRuntime runtime, ScanShape shape, boolean mask, boolean training) {
            return Optional.empty();
        }

        @Override
        public RecurrentScan make(ScanPlace place, ScanShape shape, ScanTensors tensors) {
            return new SteppedScan(place, shape, tensors);
        }
    };

    private static final String FILE = "recurrent";

    private final CudaRuntime runtime;
    private final ScanShape shape;
    private final ScanTensors tensors;
    private final long state;
    private final Launch forward;

    /** Null without a backward pass. */
    private final Launch backward;

    /** A GRU's [B, 3 H]: products with the recurrent weights, or their gradient; null for other cells. */
    private final DeviceMemory products;

    private SteppedScan(ScanPlace place, ScanShape shape, ScanTensors tensors) {
        runtime = place.runtime();
        this.shape = shape;
        this.tensors = tensors;
        state = (long) shape.examples() * shape.units();
        products =
                shape.cell() == Cell.GRU ? place.floats(ScanPlace.Use.RECURRENT_PRODUCTS, shape.gates() * state) : null;
        forward = forwardLaunch();
        backward = tensors.hiddenGradient() == null ? null : backwardLaunch();
    }

    private Launch launch(String kernel) {
        // the step and the one before it, set for each launch
        return runtime.over(state, FILE, kernel).with(0).with(0).with(tensors.gates());
    }

    private Launch forwardLaunch() {
        DeviceMemory cells = tensors.cells().orElse(null);
        ScanTensors.State initial = tensors.initial();
        Launch launch =
                switch (shape.cell()) {
                    case SIMPLE ->
                        launch("simple_forward").with(tensors.hidden()).with(initial.hidden());
                    case LSTM ->
                        launch("lstm_forward")
                                .with(tensors.hidden())
                                .with(cells)
                                .with(initial.hidden())
                                .with(initial.cell().orElseThrow());
                    case GRU ->
                        launch("gru_forward")
                                .with(products)
                                .with(tensors.candidateBias().orElseThrow())
                                .with(tensors.hidden())
                                .with(initial.hidden());
                };
        return completed(launch);
    }

    private Launch backwardLaunch() {
        DeviceMemory cells = tensors.cells().orElse(null);
        DeviceMemory total = tensors.total().orElse(null);
        ScanTensors.State gradient = tensors.stateGradient();
        Launch launch =
                switch (shape.cell()) {
                    case SIMPLE ->
                        launch("simple_backward")
                                .with(tensors.hiddenGradient())
                                .with(gradient.hidden())
                                .with(total);
                    case LSTM ->
                        launch("lstm_backward")
                                .with(cells)
                                .with(tensors.initial().cell().orElseThrow())
                                .with(tensors.hiddenGradient())
                                .with(gradient.hidden())
                                .with(gradient.cell().orElseThrow())
                                .with(total);
                    case GRU ->
                        launch("gru_backward")
                                .with(tensors.hidden())
                                .with(tensors.initial().hidden())
                                .with(tensors.hiddenGradient())
                                .with(gradient.hidden())
                                .with(products)
                                .with(total);
                };
        return completed(launch);
    }

    /** Appends what all kernels end with. */
    private Launch completed(Launch launch) {
        launch.with(tensors.mask().orElse(null)).with(shape.examples()).with(shape.units());
        return shape.cell() == Cell.SIMPLE
                ? launch.with(number(shape.activation()))
                        .with((float) shape.activation().alpha())
                : launch;
    }

    /** The number that the kernels know a function by. */
    private static int number(ActivationFunction function) {
        return switch (function.kind()) {
            case TANH -> 0;
            case SIGMOID -> 1;
            case RELU -> function.invertible() ? 2 : 3;
            default -> throw new IllegalStateException("engine cuda: a recurrent layer with activation " + function);
        };
    }

    /** The step that is read as the given one. */
    private int time(int reading) {
        return shape.reverse() ? shape.steps() - 1 - reading : reading;
    }

    private int before(int reading) {
        return reading == 0 ? -1 : time(reading - 1);
    }

    @Override
    public void forward() {
        for (int reading = 0; reading < shape.steps(); reading++) {
            int step = time(reading);
            multiply(step, reading == 0 ? tensors.initial().hidden() : row(tensors.hidden(), before(reading)));
            runtime.stream().launch(forward.set(0, step).set(1, before(reading)));
        }
        int last = time(shape.steps() - 1);
        runtime.stream().copy(tensors.finals().hidden(), row(tensors.hidden(), last));
        tensors.finals().cell().ifPresent(cell -> runtime.stream()
                .copy(cell, row(tensors.cells().orElseThrow(), last)));
    }

    private DeviceMemory row(DeviceMemory tensor, int step) {
        return tensor.floats(step * state, state);
    }

    private DeviceMemory gates(int step) {
        long length = (long) shape.examples() * shape.width();
        return tensors.gates().floats(step * length, length);
    }

    private void multiply(int step, DeviceMemory hidden) {
        Blas blas = runtime.blas();
        int units = shape.units();
        int outputs = shape.gates() * units;
        boolean apart = products != null;
        Matrix target = apart ? Matrix.of(products, outputs) : Matrix.of(gates(step), outputs);
        Matrix weights = Matrix.of(tensors.weights(), units).transpose();
        blas.product(target, weights, Matrix.of(hidden, units), outputs, shape.examples(), units, !apart);
    }

    @Override
    public void backward() {
        for (int reading = shape.steps() - 1; reading >= 0; reading--) {
            int step = time(reading);
            runtime.stream().launch(backward.set(0, step).set(1, before(reading)));
            multiplyBack(step);
        }
    }

    private void multiplyBack(int step) {
        int units = shape.units();
        int outputs = shape.gates() * units;
        boolean apart = products != null;
        Matrix gradient = Matrix.of(apart ? products : gates(step), outputs);
        Matrix target = Matrix.of(tensors.stateGradient().hidden(), units);
        Matrix weights = Matrix.of(tensors.weights(), units);
        // what passes masked steps by is there already
        boolean add = apart || tensors.mask().isPresent();
        runtime.blas().product(target, weights, gradient, units, shape.examples(), outputs, add);
    }
}
