package org.steadygrad.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataSource;
import org.steadygrad.train.StepQueue.Attempt;

/** Epochs, batches, windows, validation, checkpoints, and the reasons to end. */
final class TrainingLoop {
    private final DataSource source;
    private final StepRunner steps;
    private final Validation validation;
    private final Saving saving;
    private final Progress progress;
    private final LoopSettings settings;
    private final StopSignal stopSignal;
    private final int window;
    private final long started = System.nanoTime();

    /** @param window time steps of a window of truncated BPTT; 0 for whole sequences */
    TrainingLoop(
            DataSource source, StepRunner steps, Validation validation, Saving saving, RunContext context, int window) {
        this.source = source;
        this.steps = steps;
        this.validation = validation;
        this.saving = saving;
        this.progress = context.progress();
        this.settings = context.settings();
        this.stopSignal = context.stopSignal();
        this.window = window;
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
        try (BatchIterator batches = training.epoch(progress.epoch, progress.batchInEpoch)) {
            long asked = System.nanoTime();
            while (batches.hasNext()) {
                List<MultiDataSet> group = take(batches);
                Optional<String> trouble = trainOn(group, (System.nanoTime() - asked) / 1e9);
                asked = System.nanoTime();
                boolean epochDone = !batches.hasNext();
                boolean pause = epochDone || somethingDue();
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

    private List<MultiDataSet> take(BatchIterator batches) {
        List<MultiDataSet> group = new ArrayList<>();
        while (group.size() < settings.accumulate() && batches.hasNext()) {
            group.add(batches.next());
        }
        progress.batchInEpoch += group.size();
        return group;
    }

    /** @param waited seconds that it took to get the batches */
    private Optional<String> trainOn(List<MultiDataSet> group, double waited) {
        if (window == 0) {
            return steps.run(new Attempt(group, false, false, waited));
        }
        boolean continued = false;
        for (MultiDataSet piece : Windows.of(group.get(0), window)) {
            Optional<String> trouble = steps.run(new Attempt(List.of(piece), continued, true, continued ? 0 : waited));
            if (trouble.isPresent()) {
                return trouble;
            }
            continued = true;
        }
        return Optional.empty();
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
            boolean best = progress.best.iteration() == 0
                    || metrics.get("loss")
                            < progress.best.loss() - settings.earlyStopping().minDelta();
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
