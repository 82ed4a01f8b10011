package org.steadygrad.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.forensics.FailedStep.Pass;
import org.steadygrad.health.ScoredSteps;
import org.steadygrad.health.TensorLook;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.train.StepQueue.Attempt;

/** Runs the passes of a step. What is random in them is decided by the run's seed and the number of steps before alone. */
final class StepPasses {
    private final Engine engine;
    private final long seed;
    private final Progress progress;
    private final HealthSpec looks;
    private final SequenceFormats formats;

    /**
     * @param progress its network may have been trained before: the run goes on with the random numbers
     * @param formats of the sequences that the network takes
     */
    StepPasses(Engine engine, LoopSettings settings, Progress progress, SequenceFormats formats) {
        this.engine = engine;
        this.formats = formats;
        seed = settings.seed();
        looks = settings.health();
        this.progress = progress;
    }

    /**
     * @param loss mean over the passes
     * @param lossPerStep per scored step; NaN when nothing is scored
     * @param trace of the first one, when there was a full look
     * @param tensors when histograms were due, which the engine isn't asked for ahead
     */
    record Result(double loss, double lossPerStep, Optional<StepTrace> trace, Optional<TensorLook> tensors) {}

    /**
     * Sees to the recurrent state that the step starts from: forgets it unless the step goes on with the sequences of the one
     * before, and takes it through windows in which nothing is scored. These change no parameter, running statistic or
     * updater state.
     *
     * @param stepsBefore number of steps before this one
     */
    void prepareState(Attempt attempt, int stepsBefore) {
        if (attempt.carriesState() && !attempt.continued()) {
            engine.clearState();
        }
        List<MultiDataSet> leadIn = attempt.leadIn();
        for (int i = 0; i < leadIn.size(); i++) {
            engine.computeGradient(
                    leadIn.get(i),
                    new PassOptions(leadInSeed(stepsBefore, i), true, false, Trace.NONE, trained(stepsBefore)));
            engine.discardGradient();
        }
    }

    /** @param stepsBefore number of steps before this one */
    Result run(Attempt attempt, int stepsBefore) {
        List<MultiDataSet> batches = attempt.batches();
        double[] losses = new double[batches.size()];
        Optional<StepTrace> trace = Optional.empty();
        for (int i = 0; i < batches.size(); i++) {
            Trace wanted = i == 0 ? trace(stepsBefore) : Trace.NONE;
            PassResult result = engine.computeGradient(
                    batches.get(i),
                    new PassOptions(
                            seed(stepsBefore, i),
                            attempt.carriesState(),
                            batches.size() > 1,
                            wanted,
                            trained(stepsBefore)));
            losses[i] = result.loss();
            if (i == 0) {
                trace = result.trace();
            }
        }
        Optional<TensorLook> tensors = trace.filter(seen -> takesHistograms(stepsBefore))
                .map(seen -> TensorLook.of(engine.parameterDistributions(), seen));
        double mean = Arrays.stream(losses).sum() / losses.length;
        return new Result(mean, lossPerStep(batches, losses), trace, tensors);
    }

    /** The loss per scored step of passes whose gradients are averaged; NaN when nothing is scored. */
    double lossPerStep(List<MultiDataSet> batches, double... losses) {
        return ScoredSteps.meanLoss(batches.stream().map(formats::inspected).toList(), losses);
    }

    /**
     * Runs passes again, one after the other as one sequence if state is carried, and forgets their gradients.
     *
     * @param latest how many of them, at the end, are of the step in question
     * @param stepsBefore number of steps before that
     * @return loss per scored step of these
     */
    double again(List<Pass> passes, int latest, boolean carriesState, int stepsBefore) {
        if (carriesState) {
            engine.clearState();
        }
        double[] losses = new double[latest];
        List<Pass> asked = passes.subList(passes.size() - latest, passes.size());
        for (int i = 0; i < passes.size(); i++) {
            Pass pass = passes.get(i);
            PassOptions options = new PassOptions(pass.seed(), carriesState, false, Trace.NONE, trained(stepsBefore));
            double loss = engine.computeGradient(pass.batch(), options).loss();
            engine.discardGradient();
            int place = i - (passes.size() - latest);
            if (place >= 0) {
                losses[place] = loss;
            }
        }
        return lossPerStep(asked.stream().map(Pass::batch).toList(), losses);
    }

    /** Options of a step with a single pass. */
    PassOptions options(Attempt attempt, int stepsBefore) {
        return new PassOptions(
                seed(stepsBefore, 0), attempt.carriesState(), false, trace(stepsBefore), trained(stepsBefore));
    }

    /** If all steps that are asked for by then are applied. */
    private TrainingCounts trained(int stepsBefore) {
        return new TrainingCounts(progress.updates + stepsBefore - progress.iteration, progress.epochs());
    }

    private Trace trace(int stepsBefore) {
        if (takesHistograms(stepsBefore)) {
            return Trace.HISTOGRAMS;
        }
        return looks.looksAt(stepsBefore + 1) ? Trace.FLOW : Trace.NONE;
    }

    /** Whether histograms are due, for which the steps before must be over. */
    boolean takesHistograms(int stepsBefore) {
        return looks.takesHistogramsAt(stepsBefore + 1);
    }

    /** As {@link #seed}, for the windows that lead to a step's state. */
    long leadInSeed(int stepsBefore, int window) {
        return seed(stepsBefore, -1 - window);
    }

    /** Mixes seed, step and pass, so that a resumed run draws the same dropout masks (SplitMix64's finaliser). */
    long seed(int stepsBefore, int pass) {
        long z = seed
                + 0x9E3779B97F4A7C15L * (progress.before().updates() + stepsBefore + 1L)
                + 0xD1B54A32D192ED03L * pass;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
