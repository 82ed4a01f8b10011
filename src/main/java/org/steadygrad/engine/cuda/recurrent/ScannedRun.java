package org.steadygrad.engine.cuda.recurrent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.recurrent.ScanSegment.Workspace;
import org.steadygrad.engine.cuda.recurrent.ScanTensors.State;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A recurrent layer by scans, segment after segment, and back. With recomputation only the states between segments are
 * kept; the backward pass runs each segment forward once more, in a workspace that all share.
 */
final class ScannedRun implements RecurrentRun {
    private final CudaRuntime runtime;
    private final State stateGradient;
    private final boolean recompute;
    private final List<Stretch> stretches = new ArrayList<>();
    private final TimeStepNorms norms;

    /**
     * A segment and where it lies.
     *
     * @param first its first step in time
     */
    private record Stretch(ScanSegment segment, int first, int steps, Optional<DeviceMemory> total) {}

    /**
     * A layer to run.
     *
     * @param kind of the scan
     */
    record Layer(ScanKind kind, LayerShape shape, LayerTensors tensors, LayerWeights weights) {}

    /** @param norms takes note of the gradient through time; null if not asked for */
    ScannedRun(ScanPlace place, Layer layer, SegmentPlan plan, TimeStepNorms norms) {
        runtime = place.runtime();
        recompute = plan.recompute();
        this.norms = norms;
        LayerShape shape = layer.shape;
        stateGradient = shape.training() ? stateGradient(place, shape) : null;
        State before = layer.tensors.initial();
        int done = 0;
        for (int length : plan.lengths()) {
            LayerShape part = shape.over(length);
            int first = shape.reverse() ? shape.steps() - done - length : done;
            done += length;
            State after = done == shape.steps() ? layer.tensors.finals() : newState(place, shape);
            Workspace workspace = workspace(place, part, plan);
            LayerTensors tensors = layer.tensors.stretch(first, part, before, after);
            ScanSegment segment = new ScanSegment(place, layer.kind, part, tensors, layer.weights, workspace);
            stretches.add(new Stretch(segment, first, length, workspace.total()));
            before = after;
        }
    }

    /** Memory for a state of a layer. */
    static State newState(ScanPlace place, LayerShape shape) {
        long length = shape.stateLength();
        return new State(
                place.scope().floats(length),
                shape.cell() == Cell.LSTM ? Optional.of(place.scope().floats(length)) : Optional.empty());
    }

    private static State stateGradient(ScanPlace place, LayerShape shape) {
        long length = shape.stateLength();
        return new State(
                place.floats(ScanPlace.Use.STATE_GRADIENT, length),
                shape.cell() == Cell.LSTM
                        ? Optional.of(place.floats(ScanPlace.Use.CELL_GRADIENT, length))
                        : Optional.empty());
    }

    private Workspace workspace(ScanPlace place, LayerShape part, SegmentPlan plan) {
        boolean kept = part.training() && !plan.recompute();
        long gates = (long) part.rows() * part.scan().width();
        long cells = part.steps() * part.stateLength();
        DeviceMemory cellMemory =
                !part.cells() ? null : kept ? place.scope().floats(cells) : place.floats(ScanPlace.Use.CELLS, cells);
        DeviceMemory states =
                !part.masked() ? null : kept ? place.scope().floats(cells) : place.floats(ScanPlace.Use.STATES, cells);
        return new Workspace(
                kept ? place.scope().floats(gates) : place.floats(ScanPlace.Use.GATES, gates),
                Optional.ofNullable(cellMemory),
                Optional.ofNullable(states),
                stateGradient,
                norms == null ? Optional.empty() : Optional.of(place.floats(ScanPlace.Use.TOTAL, cells)));
    }

    @Override
    public void forward() {
        stretches.forEach(stretch -> stretch.segment.forward());
    }

    @Override
    public void backward() {
        runtime.stream().zero(stateGradient.hidden());
        stateGradient.cell().ifPresent(runtime.stream()::zero);
        for (int i = stretches.size() - 1; i >= 0; i--) {
            Stretch stretch = stretches.get(i);
            if (recompute) {
                stretch.segment.forward();
            }
            stretch.segment.backward(i < stretches.size() - 1);
            stretch.total.ifPresent(total -> norms.note(total, stretch.first, stretch.steps));
        }
    }
}
