package org.steadygrad.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.train.StepQueue.Attempt;

/** Epochs, batches, windows, validation, checkpoints, and the reasons to end. */
final class TrainingLoop {
    private final DataSource source;
    private final StepRunner steps;
    private final CureRehearsal cures;
    private final Validation validation;
    private final Saving saving;
    private final Progress progress;
    private final LoopSettings settings;
    private final StopSignal stopSignal;
    private final int window;
    private final SequenceFormats formats;
    private final Optional<String> normalizing;
    private final long started = System.nanoTime();

    TrainingLoop(
            DataSource source,
            StepRunner steps,
            CureRehearsal cures,
            Validation validation,
            Saving saving,
            RunContext context) {
        this.source = source;
        this.steps = steps;
        this.cures = cures;
        this.validation = validation;
        this.saving = saving;
        this.progress = context.progress();
        this.settings = context.settings();
        this.stopSignal = context.stopSignal();
        this.window = context.window();
        this.formats = context.formats();
        this.normalizing = context.normalizing();
    }

    /** How a run ended. */
    record End(String reason, boolean completed) {}

    /** Trains until something ends the run; the last state is saved as a checkpoint. */
    End run() throws IOException {
        Optional<End> end = patienceOver().or(() -> endOfBatch(progress.iteration));
        while (end.isEmpty() && progress.epoch < settings.limits().epochs()) {
            end = epoch();
        }
        End reached = end.orElse(new End("all epochs done", true));
        if (reached.completed() && progress.iteration > 0 && progress.validatedAt != progress.iteration) {
            validate();
        }
        saving.checkpoint();
        return reached;
    }

    private Optional<End> epoch() throws IOException {
        BatchSequence training = source.training();
        try (TimedBatches batches = new TimedBatches(training.epoch(progress.epochs(), progress.batchInEpoch))) {
            while (batches.hasNext()) {
                int trial = batchesOfTrial(training);
                Optional<String> trouble = trial > 0 ? tryCure(batches, trial) : trainOn(batches);
                boolean epochDone = !batches.hasNext();
                boolean pause = epochDone || trial > 0 || somethingDue();
                if (trouble.isEmpty() && pause) {
                    trouble = steps.finish();
                }
                if (epochDone) {
                    progress.epoch++;
                    progress.batchInEpoch = 0;
                }
                Optional<End> end = trouble.map(why -> new End(why, false));
                if (end.isEmpty() && pause) {
                    end = afterBatch(epochDone);
                }
                if (end.isPresent()) {
                    return end;
                }
            }
        }
        return Optional.empty();
    }

    /** Whether something comes next that needs the results of all steps. */
    private boolean somethingDue() {
        return validationDue(steps.iterationsAsked(), false)
                || saving.due()
                || endOfBatch(steps.iterationsAsked()).isPresent();
    }

    private boolean validationDue(int iteration, boolean epochDone) {
        Integer every = settings.validateEvery();
        return every == null ? epochDone : iteration - progress.validatedAt >= every;
    }

    private List<MultiDataSet> take(TimedBatches batches) {
        List<MultiDataSet> group = new ArrayList<>();
        while (group.size() < settings.accumulate() && batches.hasNext()) {
            group.add(MaskedBatches.present(batches.next(), formats.layout()));
        }
        progress.batchInEpoch += group.size();
        return group;
    }

    private Optional<String> trainOn(TimedBatches batches) {
        List<MultiDataSet> group = take(batches);
        Optional<String> obstacle = single(group).or(steps::badSetting);
        if (obstacle.isPresent()) {
            progress.batchInEpoch -= group.size();
            return steps.finish().or(() -> obstacle);
        }
        for (Attempt attempt : attempts(group, batches.waited())) {
            int before = steps.iterationsAsked();
            try {
                Optional<String> trouble = steps.run(attempt);
                if (trouble.isPresent()) {
                    return trouble;
                }
            } catch (EngineException failure) {
                if (steps.iterationsAsked() <= before) {
                    // the step wasn't done: a checkpoint that is written now leads to these batches again
                    progress.batchInEpoch -= group.size();
                }
                throw failure;
            }
        }
        return Optional.empty();
    }

    /** Why a group of batches that nobody knew of before can't be trained on; the checkpoint is of the state before it. */
    private Optional<String> single(List<MultiDataSet> group) {
        boolean any = normalizing.isPresent()
                && group.stream().anyMatch(batch -> batch.getFeatures(0).size(0) == 1);
        return any
                ? Optional.of("batch " + (progress.batchInEpoch - group.size()) + " of epoch " + progress.epoch
                        + " has 1 example, and layer " + normalizing.get()
                        + " normalises over the examples of a batch: take another batch size, or leave what is left"
                        + " over for the last batch out")
                : Optional.empty();
    }

    /**
     * The steps that a group of batches is good for: one, or one per window of truncated BPTT.
     *
     * @param waited seconds that it took to get the batches
     */
    private List<Attempt> attempts(List<MultiDataSet> group, double waited) {
        int batch = progress.batchInEpoch - group.size();
        if (window == 0) {
            return List.of(new Attempt(group, List.of(), false, false, batch, 0, waited));
        }
        List<Attempt> attempts = new ArrayList<>();
        for (Windows.Scored piece : Windows.scored(formats.turned(group.get(0)), window)) {
            boolean continued = !attempts.isEmpty();
            attempts.add(new Attempt(
                    List.of(formats.turned(piece.batch())),
                    piece.leadIn().stream().map(formats::turned).toList(),
                    continued,
                    true,
                    batch,
                    piece.firstTimeStep(),
                    continued ? 0 : waited));
        }
        return attempts;
    }

    /** Number of batches that a trial of a cure takes now; 0 when there is nothing to try, or too little left to try it on. */
    private int batchesOfTrial(BatchSequence training) {
        int wanted = cures.stepsWanted();
        if (wanted == 0) {
            return 0;
        }
        int windows = window == 0 ? 1 : ceilDiv(source.description().maxSteps(), window);
        int groups = Math.min(ceilDiv(wanted, windows), training.batchesPerEpoch() / settings.accumulate());
        Integer limit = settings.limits().iterations();
        int stepsLeft = limit == null ? Integer.MAX_VALUE : limit - steps.iterationsAsked();
        int batchesLeft = training.batchesPerEpoch() - progress.batchInEpoch;
        int batches = groups * settings.accumulate();
        return groups > 0 && batchesLeft >= batches && (long) groups * windows <= stepsLeft ? batches : 0;
    }

    private static int ceilDiv(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    private Optional<String> tryCure(TimedBatches batches, int number) {
        // before batches are taken: a run that ends here hasn't done them
        Optional<String> trouble = steps.finish();
        if (trouble.isPresent()) {
            return trouble;
        }
        int before = progress.batchInEpoch;
        List<Attempt> attempts = new ArrayList<>();
        for (int taken = 0; taken < number && batches.hasNext(); taken += settings.accumulate()) {
            attempts.addAll(attempts(take(batches), batches.waited()));
        }
        int asked = steps.iterationsAsked();
        try {
            return cures.run(attempts);
        } catch (EngineException failure) {
            if (steps.iterationsAsked() == asked) {
                progress.batchInEpoch = before;
            }
            throw failure;
        }
    }

    private Optional<End> afterBatch(boolean epochDone) throws IOException {
        boolean validated = validationDue(progress.iteration, epochDone);
        if (validated) {
            validate();
        }
        if (validated || saving.due()) {
            saving.checkpoint();
        }
        return patienceOver().or(() -> endOfBatch(progress.iteration));
    }

    private void validate() throws IOException {
        progress.validatedAt = progress.iteration;
        Map<String, Double> metrics = validation.run();
        if (!metrics.isEmpty()) {
            double loss = metrics.get("loss");
            boolean best = Double.isFinite(loss)
                    && (progress.best.iteration() == 0
                            || loss
                                    < progress.best.loss()
                                            - settings.earlyStopping().minDelta());
            progress.validation = metrics;
            progress.best = best
                    ? new TrainingState.Best(progress.iteration, metrics, 0)
                    : new TrainingState.Best(
                            progress.best.iteration(), progress.best.metrics(), progress.best.validationsSince() + 1);
            if (best) {
                saving.best();
            }
            saving.records().validated(metrics, best);
        }
    }

    private Optional<End> patienceOver() {
        int patience = settings.earlyStopping().patience();
        return patience > 0 && progress.best.validationsSince() >= patience
                ? Optional.of(new End("no better validation for " + patience + " validations", true))
                : Optional.empty();
    }

    /** @param iteration number of steps so far */
    private Optional<End> endOfBatch(int iteration) {
        LoopSettings.Limits limits = settings.limits();
        if (limits.iterations() != null && iteration >= limits.iterations()) {
            return Optional.of(new End("all iterations done", true));
        }
        if (stopSignal.requested().isPresent()) {
            return Optional.of(new End(stopSignal.requested().get(), false));
        }
        double minutes = (System.nanoTime() - started) / 60e9;
        if (limits.maxMinutes() != null && minutes >= limits.maxMinutes()) {
            return Optional.of(new End("time limit of " + limits.maxMinutes() + " minutes reached", true));
        }
        return Optional.empty();
    }
}
