package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Kernel;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A scan by one launch for all time steps: recurrent weights stay in registers, and in shared memory what registers don't
 * hold. Takes every cell and mask, but only sizes whose weights fit. The initial state must not lie where the final one
 * goes.
 */
public final class PersistentScan implements RecurrentScan {
    /** Persistent scans. */
    static final ScanKind KIND = new ScanKind() {
        @Override
        public String name() {
            return "persistent";
        }

        @Override
        public Optional<String> obstacle(CudaRuntime runtime, ScanShape shape, boolean mask, boolean training) {
            Optional<String> forward = PersistentScan.obstacle(runtime, shape, false);
            return forward.isPresent() || !training ? forward : PersistentScan.obstacle(runtime, shape, true);
        }

        @Override
        public RecurrentScan make(ScanPlace place, ScanShape shape, ScanTensors tensors) {
            boolean training = tensors.hiddenGradient() != null;
            return new PersistentScan(
                    place,
                    tensors,
                    needed(place.runtime(), shape, false),
                    training ? needed(place.runtime(), shape, true) : null);
        }
    };

    private static final int LEAST_ARCHITECTURE = 70;

    private final CudaRuntime runtime;
    private final ScanShape shape;
    private final ScanTensors tensors;
    private final Way forward;

    /** Null without a backward pass. */
    private final Way backward;

    /** @param words by which blocks exchange numbers; null when they don't */
    private record Way(Launch launch, DeviceMemory words) {}

    /**
     * @param forth how the forward scan is spread
     * @param back the same for the backward scan; null without one
     */
    PersistentScan(ScanPlace place, ScanTensors tensors, PersistentGeometry forth, PersistentGeometry back) {
        runtime = place.runtime();
        shape = forth.shape();
        this.tensors = tensors;
        forward = way(place, forth);
        backward = back == null ? null : way(place, back);
    }

    private static PersistentGeometry needed(CudaRuntime runtime, ScanShape shape, boolean backward) {
        return geometry(runtime, shape, backward)
                .orElseThrow(() -> new IllegalStateException("engine cuda: no persistent scan for " + shape));
    }

    private static Optional<PersistentGeometry> geometry(CudaRuntime runtime, ScanShape shape, boolean backward) {
        Device device = runtime.device();
        return PersistentGeometry.best(
                shape, backward, new PersistentGeometry.Room(device.multiprocessors(), device.sharedBytesPerBlock()));
    }

    /**
     * Whether the kernels are for such devices: older ones promise no order among numbers that blocks exchange, nor that
     * the threads of a warp get on while others of them wait.
     *
     * @param architecture 90 for 9.0
     */
    public static boolean runsOn(int architecture) {
        return architecture >= LEAST_ARCHITECTURE;
    }

    private static Optional<String> obstacle(CudaRuntime runtime, ScanShape shape, boolean backward) {
        int architecture = runtime.device().architecture();
        if (!runsOn(architecture)) {
            return Optional.of("compute capability " + Device.version(LEAST_ARCHITECTURE) + " is needed, this is "
                    + Device.version(architecture));
        }
        if (shape.cell() == Cell.SIMPLE && number(shape.activation()) < 0) {
            return Optional.of("activation " + shape.activation() + " of a simple layer");
        }
        Optional<PersistentGeometry> geometry = geometry(runtime, shape, backward);
        String what = shape.units() + " units and " + shape.examples() + " examples";
        if (geometry.isEmpty()) {
            return Optional.of(what + " need more registers and shared memory than the device has");
        }
        PersistentGeometry found = geometry.get();
        if (found.cooperative() && !runtime.device().launchesCooperatively()) {
            return Optional.of(what + " need blocks that wait for each other, which the device doesn't launch");
        }
        int each = kernel(runtime, found).blocksPerMultiprocessor(found.threads(), found.sharedBytes());
        int most = found.cooperative() ? each * runtime.device().multiprocessors() : each == 0 ? 0 : found.grid();
        return found.grid() <= most
                ? Optional.empty()
                : Optional.of(what + " need " + found.grid() + " blocks at the same time, the device runs " + most
                        + " of them");
    }

    private static Kernel kernel(CudaRuntime runtime, PersistentGeometry geometry) {
        return runtime.device()
                .kernel(
                        PersistentTile.file(geometry.shape().cell()),
                        geometry.tile().kernel());
    }

    private Way way(ScanPlace place, PersistentGeometry geometry) {
        Kernel kernel = kernel(runtime, geometry);
        Launch launch = geometry.cooperative()
                ? kernel.cooperative(geometry.grid(), geometry.threads(), geometry.sharedBytes())
                : kernel.launch(geometry.grid(), geometry.threads(), geometry.sharedBytes());
        DeviceMemory words = geometry.cooperative()
                ? place.scratch().get(geometry.exchangedBytes(), ScanPlace.Use.EXCHANGE.ordinal())
                : null;
        if (geometry.backward()) {
            backwardTensors(launch);
        } else {
            forwardTensors(launch);
        }
        launch.with(tensors.mask().orElse(null))
                .with(words)
                .with(shape.steps())
                .with(shape.examples())
                .with(shape.units())
                .with(shape.reverse() ? 1 : 0)
                .with(geometry.blocks())
                .with(geometry.unitsEach())
                .with(geometry.sequencesEach())
                .with(geometry.lanes())
                .with(number(shape.activation()))
                .with((float) shape.activation().alpha());
        return new Way(launch, words);
    }

    private void forwardTensors(Launch launch) {
        launch.with(tensors.gates())
                .with(tensors.hidden())
                .with(tensors.cells().orElse(null))
                .with(tensors.weights())
                .with(tensors.candidateBias().orElse(null))
                .with(tensors.initial().hidden())
                .with(tensors.initial().cell().orElse(null))
                .with(tensors.finals().hidden())
                .with(tensors.finals().cell().orElse(null));
    }

    private void backwardTensors(Launch launch) {
        boolean cell = shape.cell() == Cell.LSTM;
        ScanTensors.State initial = tensors.initial();
        launch.with(tensors.gates())
                .with(cell ? tensors.cells().orElseThrow() : tensors.hidden())
                .with(cell ? initial.cell().orElseThrow() : initial.hidden())
                .with(tensors.weights())
                .with(tensors.hiddenGradient())
                .with(tensors.stateGradient().hidden())
                .with(tensors.stateGradient().cell().orElse(null))
                .with(tensors.total().orElse(null));
    }

    /** The number that the kernels know a function by; -1 for none. */
    private static int number(ActivationFunction function) {
        return switch (function.kind()) {
            case TANH -> 0;
            case SIGMOID -> 1;
            case RELU -> function.invertible() ? 2 : 3;
            default -> -1;
        };
    }

    @Override
    public void forward() {
        run(forward);
    }

    @Override
    public void backward() {
        run(backward);
    }

    private void run(Way way) {
        if (way.words != null) {
            // words of earlier launches would be taken for this one's
            runtime.stream().zero(way.words);
        }
        runtime.stream().launch(way.launch);
    }
}
