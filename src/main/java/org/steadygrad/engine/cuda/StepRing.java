package org.steadygrad.engine.cuda;

import java.util.Optional;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.cuda.driver.Event;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.PassNumbers;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.cuda.update.UpdatePass;
import org.steadygrad.engine.trace.NonFiniteStart;

/**
 * Results of whole steps on their way to the host, in places that take turns. Steps that are enqueued without a look at those
 * before them are of one generation; when one is refused, the device leaves out those of its generation that follow.
 */
final class StepRing {
    /** Steps that may be enqueued before the first of them is awaited. */
    static final int AHEAD = 4;

    private final CudaRuntime runtime;
    private final PassNumbers numbers;
    private final UpdatePass update;
    private final Place[] places = new Place[AHEAD + 1];
    private int turn;
    private int generation = 1;
    private Pending lastTraced;

    private record Place(PinnedMemory losses, PinnedMemory report, Event arrived) {}

    StepRing(CudaModel model, UpdatePass update) {
        runtime = model.runtime();
        numbers = model.numbers();
        this.update = update;
        for (int i = 0; i < places.length; i++) {
            places[i] = new Place(
                    runtime.scope().own(runtime.device().pinned(numbers.losses().bytes())),
                    runtime.scope().own(runtime.device().pinned(update.resultBytes())),
                    runtime.scope().own(runtime.device().newEvent(false)));
        }
    }

    /** Of the next step. */
    int generation() {
        return generation;
    }

    /**
     * Reads what the last traced step saw, if nobody has yet. To be called before another traced pass overwrites it, and before
     * its program is closed.
     */
    void settleTrace() {
        if (lastTraced != null) {
            lastTraced.arrive();
            lastTraced = null;
        }
    }

    /**
     * Enqueues the way of a step's results to the host.
     *
     * @param examples of its batch
     * @param trace that looked on
     * @param start what wasn't finite when the step began; it was sent to be refused then
     */
    PendingStep send(int examples, Optional<ProgramTrace> trace, Optional<NonFiniteOrigin> start) {
        turn = (turn + 1) % places.length;
        Place place = places[turn];
        runtime.stream().download(place.losses, numbers.losses());
        runtime.stream().download(place.report, update.results());
        runtime.stream().record(place.arrived);
        Pending pending = new Pending(place, examples, generation, trace, start);
        if (trace.isPresent()) {
            lastTraced = pending;
        }
        return pending;
    }

    private final class Pending implements PendingStep {
        private final Place place;
        private final int examples;
        private final int ownGeneration;
        private final Optional<ProgramTrace> trace;
        private final Optional<NonFiniteOrigin> start;
        private StepResult result;

        Pending(
                Place place,
                int examples,
                int ownGeneration,
                Optional<ProgramTrace> trace,
                Optional<NonFiniteOrigin> start) {
            this.start = start;
            this.place = place;
            this.examples = examples;
            this.ownGeneration = ownGeneration;
            this.trace = trace;
        }

        /** Waits for the results and reads them, once. */
        private void arrive() {
            if (result != null) {
                return;
            }
            runtime.enter();
            place.arrived.await();
            double loss = PassNumbers.loss(place.losses.content(), examples);
            Optional<StepTrace> seen = trace.map(t -> t.finish(loss, false));
            PassResult pass = NonFiniteStart.mark(new PassResult(loss, seen), start);
            Optional<UpdateOutcome> outcome = Double.isFinite(pass.loss())
                    ? Optional.of(update.outcome(place.report.content()))
                    : Optional.empty();
            result = new StepResult(pass, outcome);
        }

        @Override
        public Optional<StepResult> await() {
            if (ownGeneration != generation) {
                return Optional.empty();
            }
            arrive();
            if (!result.applied()) {
                generation++;
            }
            return Optional.of(result);
        }
    }
}
