package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * Sees to it that an overflow within a library's recurrent cell shows: tanh and sigmoid make a number of an infinite sum, and
 * what a library's ReLU makes of NaN is its own affair. Norms of weights and of what they multiply tell where no sum can have
 * overflowed; elsewhere the layer's output becomes NaN where one may have.
 */
final class SpoiledOverflow {
    private final CudaRuntime runtime;
    private final LayerShape shape;
    private final LayerTensors tensors;
    private final LayerWeights weights;
    private final DeviceMemory norms;
    private final boolean within1;
    private long given;

    SpoiledOverflow(ScanPlace place, LayerShape shape, LayerTensors tensors, LayerWeights weights) {
        runtime = place.runtime();
        this.shape = shape;
        this.tensors = tensors;
        this.weights = weights;
        within1 = shape.cell() != Cell.SIMPLE || shape.activation().kind() == Kind.TANH;
        long count = 2L * rows() + shape.steps() + (within1 ? 0 : shape.steps() + 1);
        norms = place.scope().bytes(count * Double.BYTES);
    }

    /** Of the weights. */
    private int rows() {
        return shape.scan().gates() * shape.units();
    }

    /** Enqueues the look at a forward pass. */
    void run() {
        given = 0;
        note(weights.input(), rows());
        note(weights.recurrent(), rows());
        note(tensors.input(), shape.steps());
        if (!within1) {
            note(tensors.output(), shape.steps());
            note(tensors.initial().hidden(), 1);
        }
        runtime.stream().launch(spoiling());
    }

    private void note(DeviceMemory rows, int count) {
        long bytes = (long) count * Double.BYTES;
        runtime.stream()
                .launch(runtime.each(count, "recurrent", "step_norms")
                        .with(rows)
                        .with(norms.slice(given, bytes))
                        .with(rows.length() / count));
        given += bytes;
    }

    private Launch spoiling() {
        State last = tensors.finals();
        return runtime.each(shape.examples(), "recurrent", "spoil_overflows")
                .with(norms)
                .with(weights.input())
                .with(weights.recurrent())
                .with(weights.bias())
                .with(tensors.input())
                .with(tensors.initial().hidden())
                .with(tensors.output())
                .with(last.hidden())
                .with(last.cell().orElse(null))
                .with(shape.steps())
                .with(shape.examples())
                .with(shape.inputs())
                .with(shape.units())
                .with(shape.scan().gates())
                .with((int) weights.bias().length())
                .with(within1 ? 1 : 0)
                .with(shape.reverse() ? 1 : 0);
    }
}
