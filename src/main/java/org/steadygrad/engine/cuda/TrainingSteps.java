package org.steadygrad.engine.cuda;

import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.kernel.StateStore;
import org.steadygrad.engine.cuda.stream.ChangeGuard;
import org.steadygrad.engine.cuda.update.GradientSum;
import org.steadygrad.engine.cuda.update.UpdatePass;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.trace.NonFiniteStart;
import org.steadygrad.model.UpdaterStates;
import org.steadygrad.ops.ClipRule;

/** Passes that leave a gradient, updates that take it, and both as one step that isn't waited for. */
final class TrainingSteps {
    private static final String WHO = "engine cuda";

    private final CudaModel model;
    private final StepRing ring;
    private final UpdatePass update;
    private final UpdaterStates updaterStates;
    private final Passes passes;
    private final GradientSum gradientSum;

    /** What recurrent layers carry from step to step, or a store that keeps nothing. */
    private final StateStore states;

    private Optional<NonFiniteOrigin> badParameter = Optional.empty();

    TrainingSteps(
            CudaModel model,
            UpdatePass update,
            UpdaterStates updaterStates,
            StepRing ring,
            Passes passes,
            StateStore states) {
        this.model = model;
        this.update = update;
        this.updaterStates = updaterStates;
        this.ring = ring;
        this.passes = passes;
        this.states = states;
        gradientSum = new GradientSum(model.runtime(), model.memory().gradient());
    }

    /** Parameters came from outside: they may hold anything. Waits for the device. */
    void parametersReplaced() {
        update.parametersReplaced();
        ModelMemory memory = model.memory();
        badParameter = NonFiniteStart.inParameters(memory.layout(), memory.read(memory.parameters()))
                .or(() -> NonFiniteStart.inStates(updaterStates, memory.read(memory.updaterState())));
        gradientSum.discard();
    }

    /** Waits for the pass. */
    PassResult gradient(MultiDataSet batch, PassOptions options) {
        Program program = passes.load(batch, options, states);
        passes.fitting(program.shape(), () -> gradientSum.expect(options.accumulate()));
        try {
            return pass(program, batch, options);
        } catch (RuntimeException | Error e) {
            // the pass has written where the gradient of the ones before lay
            gradientSum.discard();
            throw e;
        }
    }

    private PassResult pass(Program program, MultiDataSet batch, PassOptions options) {
        ring.settleTrace();
        Optional<ProgramTrace> trace = trace(program, options);
        passes.fitting(program.shape(), trace.isPresent() ? program::runTraced : program::run);
        program.stages().storeStates(states);
        gradientSum.collect(program.shape().examples());
        update.penalties();
        double loss = model.numbers().loss(program.shape().examples());
        PassResult result = new PassResult(loss, trace.map(t -> t.finish(loss, options.histograms())));
        states.changes().end();
        return NonFiniteStart.mark(result, nonFinite(program, batch));
    }

    private Optional<ProgramTrace> trace(Program program, PassOptions options) {
        return options.traced() ? Optional.of(passes.trace(program)) : Optional.empty();
    }

    /** What wasn't finite when the pass began; the batch's own arrays are read only if its copy looks suspicious. */
    private Optional<NonFiniteOrigin> nonFinite(Program program, MultiDataSet batch) {
        Plan plan = model.plan();
        return program.batch().surelyFinite()
                ? badParameter
                : NonFiniteStart.inBatch(
                                batch,
                                plan.batches(),
                                plan.input().producer(),
                                plan.loss().layer())
                        .or(() -> badParameter);
    }

    /** @param clip that the rule's policy decides for whatever the gradient is */
    PendingStep step(MultiDataSet batch, PassOptions options, UpdateRule rule, ClipRule clip) {
        Program program = passes.load(batch, options, states);
        gradientSum.discard();
        Optional<ProgramTrace> trace = trace(program, options);
        if (trace.isPresent()) {
            ring.settleTrace();
        }
        Optional<NonFiniteOrigin> start = nonFinite(program, batch);
        passes.fitting(program.shape(), () -> {
            update.send(rule, clip, program.shape().examples(), ring.generation(), start.isPresent());
            program.runStep(options.traced(), UpdatePass.byUnit(clip), () -> update.enqueue(clip));
        });
        // whoever asks again for a step that failed from here on would do it twice
        ChangeGuard changes = model.memory().changes();
        changes.begin();
        program.stages().storeStates(states);
        PendingStep pending = ring.send(program.shape().examples(), trace, start);
        states.changes().end();
        changes.end();
        return pending;
    }

    /** Waits for the update. */
    UpdateOutcome update(UpdateRule rule) {
        gradientSum.finish();
        UpdateOutcome outcome = update.apply(rule, gradientSum.examples(), gradientSum.passes());
        gradientSum.discard();
        return outcome;
    }

    /**
     * @param complaint without one
     * @throws IllegalStateException when no pass has left a gradient
     */
    void checkGradient(String complaint) {
        if (gradientSum.passes() == 0) {
            throw new IllegalStateException(WHO + ": " + complaint + ". Call computeGradient() first.");
        }
    }

    /** Puts the gradient of all passes into the model's memory. @return number of examples that it is the sum over */
    long collectedGradient() {
        gradientSum.finish();
        return gradientSum.examples();
    }

    /** The model's memory holds an average now, which is to be divided by nothing. */
    void gradientAveraged() {
        gradientSum.averaged();
    }

    void discardGradient() {
        gradientSum.discard();
    }
}
