package org.steadygrad.train;

import java.util.Optional;
import org.steadygrad.check.Counted;

/** Why a run ends, where it isn't for something that goes wrong. */
final class EndOfRun {
    private final LoopSettings settings;
    private final StopSignal stopSignal;
    private final long started = System.nanoTime();

    /** The run's time begins now. */
    EndOfRun(LoopSettings settings, StopSignal stopSignal) {
        this.settings = settings;
        this.stopSignal = stopSignal;
    }

    /** @param completed whether the run did all that was asked for */
    record End(String reason, boolean completed) {}

    boolean epochsLeft(Progress progress) {
        return progress.epoch < settings.limits().epochs();
    }

    /** Steps that may still be done. @param iteration number of steps so far */
    int stepsLeft(int iteration) {
        Integer limit = settings.limits().iterations();
        return limit == null ? Integer.MAX_VALUE : limit - iteration;
    }

    /** Whether validation hasn't got better for too long. */
    Optional<End> patienceOver(Progress progress) {
        int patience = settings.earlyStopping().patience();
        return patience > 0 && progress.best.validationsSince() >= patience
                ? Optional.of(new End("no better validation for " + Counted.of(patience, "validation"), true))
                : Optional.empty();
    }

    /** @param iteration number of steps so far */
    Optional<End> reached(int iteration) {
        if (stepsLeft(iteration) <= 0) {
            return Optional.of(new End("all iterations done", true));
        }
        if (stopSignal.requested().isPresent()) {
            return Optional.of(new End(stopSignal.requested().get(), false));
        }
        double minutes = (System.nanoTime() - started) / 60e9;
        Double limit = settings.limits().maxMinutes();
        if (limit != null && minutes >= limit) {
            return Optional.of(new End("time limit of " + Counted.of(limit, "minute") + " reached", true));
        }
        return Optional.empty();
    }
}
