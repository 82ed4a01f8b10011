package org.steadygrad.train;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.runlog.Gain;
import org.steadygrad.train.checkpoint.TrainingState;

/** When a run validates, and which of its models is the best so far. */
final class Validations {
    private final Validation validation;
    private final Guessing guessing;
    private final LoopSettings settings;
    private final Progress progress;
    private final Saving saving;

    /** @param guessing what the model is compared with */
    Validations(Validation validation, Guessing guessing, LoopSettings settings, Saving saving) {
        this.validation = validation;
        this.guessing = guessing;
        this.settings = settings;
        this.saving = saving;
        progress = saving.progress();
    }

    /** @param iteration number of steps so far */
    boolean due(int iteration, boolean epochDone) {
        Integer every = settings.validateEvery();
        return every == null ? epochDone : iteration - progress.validatedAt >= every;
    }

    /** Whether the present model was validated. */
    boolean upToDate() {
        return progress.validatedAt == progress.iteration;
    }

    void run() {
        progress.validatedAt = progress.iteration;
        Optional<Evaluator> scored = validation.run();
        Map<String, Double> metrics = scored.map(Evaluator::metrics).orElse(Map.of());
        if (metrics.isEmpty()) {
            return;
        }
        Gain gain = guessing.gain(scored.get().blocks());
        boolean best = better(metrics.get("loss"));
        progress.validation = metrics;
        progress.best = best
                ? new TrainingState.Best(progress.iteration, metrics, 0, gain)
                : new TrainingState.Best(
                        progress.best.iteration(),
                        progress.best.metrics(),
                        progress.best.validationsSince() + 1,
                        progress.best.gain());
        if (best) {
            saving.best();
        }
        saving.records().validated(metrics, scored.get().rankings(), best, gain);
    }

    private boolean better(double loss) {
        return Double.isFinite(loss)
                && (progress.best.iteration() == 0
                        || loss
                                < progress.best.loss()
                                        - settings.earlyStopping().minDelta());
    }
}
