package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DnnRecurrence;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Algorithm;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Spaces;
import org.steadygrad.engine.cuda.driver.DnnRecurrence.Tensors;
import org.steadygrad.engine.cuda.recurrent.ScanPlace.Use;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;

/**
 * A recurrent layer without a mask by cuDNN, which knows no reverse direction alone: input and output are turned around in
 * time then.
 */
final class DnnRun implements RecurrentRun {
    private final CudaRuntime runtime;
    private final LayerShape shape;
    private final LayerTensors tensors;
    private final DnnRecurrence recurrence;
    private final Spaces spaces;
    private final DnnWeights weights;
    private final Tensors own;
    private final SpoiledOverflow overflow;

    /** Of cuDNN's weights, and of the input; null without a backward pass. */
    private final DeviceMemory gradient;

    private final DeviceMemory inputGradient;

    /** The output's gradient in the order of reading; null without a backward pass. */
    private final DeviceMemory above;

    /** Why cuDNN can't do it at all; empty when it may be able to. */
    static Optional<String> obstacle(LayerShape shape) {
        if (shape.masked()) {
            return Optional.of("there is a mask, which cuDNN doesn't know");
        }
        return cell(shape).isEmpty()
                ? Optional.of("cuDNN has no simple layer with activation " + shape.activation())
                : Optional.empty();
    }

    private static Optional<DnnRecurrence.Cell> cell(LayerShape shape) {
        return switch (shape.cell()) {
            case LSTM -> Optional.of(DnnRecurrence.Cell.LSTM);
            case GRU -> Optional.of(DnnRecurrence.Cell.GRU);
            case SIMPLE -> simple(shape.activation());
        };
    }

    private static Optional<DnnRecurrence.Cell> simple(ActivationFunction activation) {
        if (activation.kind() == Kind.TANH) {
            return Optional.of(DnnRecurrence.Cell.TANH);
        }
        boolean plain = activation.kind() == Kind.RELU && activation.alpha() == 0;
        return plain ? Optional.of(DnnRecurrence.Cell.RECTIFIER) : Optional.empty();
    }

    /**
     * What it would take beside the layer's own tensors.
     *
     * @throws CudaException when this cuDNN can't do it, or there is none
     */
    static long bytes(CudaRuntime runtime, Algorithm algorithm, LayerShape shape) {
        try (DnnRecurrence recurrence = recurrence(runtime, algorithm, shape)) {
            long turned = shape.reverse() ? (long) shape.rows() * (shape.inputs() + shape.units()) : 0;
            return recurrence.reserveBytes()
                    + recurrence.workspaceBytes()
                    + 2 * recurrence.weightBytes()
                    + 2 * turned * Float.BYTES;
        }
    }

    /** @throws CudaException when this cuDNN can't do it */
    DnnRun(ScanPlace place, Algorithm algorithm, LayerShape shape, LayerTensors tensors, LayerWeights parameters) {
        this.shape = shape;
        this.tensors = tensors;
        runtime = place.runtime();
        recurrence = place.scope().own(recurrence(runtime, algorithm, shape));
        DeviceMemory packed = place.scope().bytes(recurrence.weightBytes());
        spaces = new Spaces(
                packed,
                place.scratch().get(recurrence.workspaceBytes(), Use.WORKSPACE.ordinal()),
                place.scope().bytes(recurrence.reserveBytes()));
        gradient = shape.training() ? place.scope().bytes(recurrence.weightBytes()) : null;
        weights = new DnnWeights(place, shape, parameters, recurrence, packed, gradient);
        overflow = new SpoiledOverflow(place, shape, tensors, parameters);
        State initial = tensors.initial();
        State finals = tensors.finals();
        own = new Tensors(
                turned(place, tensors.input()),
                turned(place, tensors.output()),
                initial.hidden(),
                finals.hidden(),
                initial.cell().orElse(null),
                finals.cell().orElse(null));
        above = !shape.reverse() || !shape.training()
                ? tensors.outputGradient()
                : place.floats(Use.TURNED_GRADIENT, tensors.output().length());
        long inputs = tensors.input().length();
        inputGradient = !shape.training()
                ? null
                : tensors.inputGradient()
                        .filter(memory -> !shape.reverse())
                        .orElseGet(() -> place.floats(Use.TURNED_INPUT_GRADIENT, inputs));
    }

    private static DnnRecurrence recurrence(CudaRuntime runtime, Algorithm algorithm, LayerShape shape) {
        DnnRecurrence.Shape wanted = new DnnRecurrence.Shape(
                cell(shape).orElseThrow(),
                shape.steps(),
                shape.examples(),
                shape.inputs(),
                shape.units(),
                shape.training());
        return new DnnRecurrence(runtime.dnn(), wanted, algorithm, runtime.precision());
    }

    /** Memory for the tensor in the order of reading. */
    private DeviceMemory turned(ScanPlace place, DeviceMemory tensor) {
        return shape.reverse() ? place.scope().floats(tensor.length()) : tensor;
    }

    private void turn(DeviceMemory source, DeviceMemory target) {
        if (shape.reverse()) {
            runtime.stream()
                    .launch(runtime.over(source.length(), "recurrent", "turn_time")
                            .with(source)
                            .with(target)
                            .with(shape.steps())
                            .with(source.length() / shape.steps()));
        }
    }

    @Override
    public void forward() {
        weights.load();
        turn(tensors.input(), own.x());
        recurrence.forward(spaces, own);
        turn(own.y(), tensors.output());
        overflow.run();
    }

    @Override
    public void backward() {
        turn(tensors.outputGradient(), above);
        recurrence.backwardData(spaces, own, above, inputGradient);
        tensors.inputGradient().ifPresent(target -> turn(inputGradient, target));
        if (weights.delivers()) {
            runtime.stream().zero(gradient);
            recurrence.backwardWeights(spaces, own, gradient);
            weights.deliver();
        }
    }
}
