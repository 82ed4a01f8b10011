package org.steadygrad.predict;

import java.util.Collections;
import java.util.List;
import org.steadygrad.engine.SequenceState;

/**
 * A sequence that comes step by step: one time step in, one prediction out, which is what the model would give for all steps so
 * far. Many streams can go on in turn, or together by {@link Predictor#stepAll}. May be used by several threads.
 */
public final class PredictionStream {
    private final Predictor predictor;
    private final double[] previous;
    private final SeriesHistory history;
    private SequenceState state = SequenceState.START;
    private long steps;
    private boolean broken;

    PredictionStream(Predictor predictor) {
        this.predictor = predictor;
        previous = predictor.beforeTheFirstStep();
        history = predictor.emptyHistory();
    }

    /**
     * Goes one step on. The prediction is NaN until {@link Predictor#history()} steps are known.
     *
     * @param inputs in the units of the training data and the order of {@link Predictor#inputs}, NaN where missing
     * @throws org.steadygrad.check.InvalidInputException when they don't fit; the stream is then as before
     */
    public Prediction step(double... inputs) {
        return predictor
                .stepAll(List.of(this), Collections.singletonList(inputs))
                .get(0);
    }

    /** Number of steps so far. */
    public long steps() {
        return steps;
    }

    /** Begins a new sequence. */
    public void reset() {
        predictor.begin(this);
    }

    // all that follows is guarded by the predictor's lock

    Predictor predictor() {
        return predictor;
    }

    /** Inputs of the step before, with missing ones filled in. */
    double[] previous() {
        return previous;
    }

    /** Inputs of the steps before, as far as they matter. */
    SeriesHistory history() {
        return history;
    }

    SequenceState state() {
        return state;
    }

    void state(SequenceState now) {
        state = now;
    }

    boolean broken() {
        return broken;
    }

    void broken(boolean now) {
        broken = now;
    }

    void stepped(double[] inputs) {
        System.arraycopy(inputs, 0, previous, 0, previous.length);
        history.add(inputs);
        steps++;
    }

    void begun(double[] beforeTheFirstStep) {
        System.arraycopy(beforeTheFirstStep, 0, previous, 0, previous.length);
        history.clear();
        state = SequenceState.START;
        steps = 0;
        broken = false;
    }
}
