package org.steadygrad.health;

import java.util.Arrays;
import java.util.Optional;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Finding;

/**
 * Whether a run learns, by comparison with the best {@link Baseline}. Judged by means of losses per scored step, so that no few batches
 * decide, and by the latest validation; where training losses hold penalties, by that alone.
 */
final class Learning {
    /** Share of the baseline's loss that is gained at least before a run counts as better. */
    private static final double GAIN = 0.02;
    /** Standard errors of the mean of the latest losses that lie between it and the baseline's. */
    private static final double ERRORS = 2;
    /** Losses that a mean is of. */
    private static final int FEWEST = StepHistory.LOOK_EVERY;
    /** Share of the baseline's loss that training losses, which a network may come below by heart, are above all the same. */
    private static final double BY_HEART = 0.8;
    /** Median of losses, divided by their mean, under which a few large ones decide about the mean. */
    private static final double HEAVY = 0.5;

    private final StepHistory history;
    private double validation = Double.NaN;

    Learning(StepHistory history) {
        this.history = history;
    }

    /** @param loss of the latest validation, per scored step */
    void validated(double loss) {
        validation = loss;
    }

    private Optional<Baseline> baseline() {
        return history.facts().baselines().best();
    }

    /** Whether it is known what guessing gives. */
    boolean comparable() {
        return level() > 0;
    }

    /** Whether there are losses to compare with it. */
    boolean known() {
        return comparable() && (byValidation() || byTraining());
    }

    private boolean byValidation() {
        return validationShare() >= 0;
    }

    private boolean byTraining() {
        return !history.facts().penalised() && history.losses().size() >= FEWEST;
    }

    /** The latest validation's loss as a share of that of the baseline; NaN when either isn't known. */
    private double validationShare() {
        return baseline().map(known -> validation / known.validationLoss()).orElse(Double.NaN);
    }

    /** Loss of the baseline per scored step in training; NaN when it isn't known. */
    double level() {
        return baseline().map(Baseline::trainingLoss).orElse(Double.NaN);
    }

    /** The latest loss, in training or validation, whichever is higher, as a share of the baseline's; NaN when it isn't known. */
    double share() {
        double training = byTraining() ? mean(history.losses()) / level() : Double.NaN;
        if (!byValidation()) {
            return training;
        }
        return Double.isNaN(training) ? validationShare() : Math.max(training, validationShare());
    }

    /**
     * Whether the latest losses are as good as some rule of thumb, be it not the best: who stays where the mean is has learnt nothing, however
     * much better the last value would be.
     *
     * @param low share of that rule's loss that is left at least
     * @param high share that is left at most
     */
    boolean asGoodAsARule(double low, double high) {
        double lately = mean(history.losses());
        return share() < high
                || (byTraining()
                        && history.facts().baselines().all().stream()
                                .mapToDouble(known -> lately / known.trainingLoss())
                                .anyMatch(left -> left > low && left < high));
    }

    private static double mean(RecentValues values) {
        return Arrays.stream(values.values()).average().orElse(Double.NaN);
    }

    /** Whether the run is better than guessing by more than chance. */
    boolean beatsGuessing() {
        boolean validated = byValidation() && validationShare() < 1 - GAIN && share() < 1;
        return known() && (validated || (!byValidation() && trainingBeats()));
    }

    private boolean trainingBeats() {
        if (!byTraining()) {
            return false;
        }
        double[] losses = history.losses().values();
        double mean = mean(history.losses());
        double squares = Arrays.stream(losses).map(l -> (l - mean) * (l - mean)).sum();
        double error = Math.sqrt(squares / losses.length / losses.length);
        return mean < level() - Math.max(GAIN * level(), ERRORS * error);
    }

    /** Whether it is certain that the run isn't better than guessing: that it isn't certain that it is says less. */
    boolean guesses() {
        if (!known()) {
            return false;
        }
        double lately = byTraining() ? mean(history.losses()) / level() : 1;
        if (byValidation()) {
            return validationShare() > 1 - GAIN && lately > BY_HEART;
        }
        double mean = mean(history.manyLosses());
        boolean heavy = history.manyLosses().median() < HEAVY * mean;
        return !heavy && mean > (1 - GAIN) * level() && lately > 1 - ERRORS * GAIN;
    }

    /** Validation loss that a run has to be below to be better than guessing; NaN when it isn't known. */
    double validationLevel() {
        return (1 - GAIN) * baseline().map(Baseline::validationLoss).orElse(Double.NaN);
    }

    /** Whether training losses are so far below guessing's that examples must have been learnt, be it by heart. */
    boolean byHeart() {
        return comparable() && byTraining() && mean(history.losses()) < BY_HEART * level();
    }

    /** Whether the run is better than guessing, and a share of that loss, or less, is left. */
    boolean below(double share) {
        return beatsGuessing() && share() < share;
    }

    /** Of the most frequent class among all labels; NaN where there is no such thing. */
    double largestShare() {
        return baseline()
                .map(known -> known.validation().getOrDefault("accuracy", Double.NaN))
                .orElse(Double.NaN);
    }

    /** The comparison in words. */
    String words() {
        String name = baseline().map(Baseline::name).orElse("guessing");
        return byValidation()
                ? "the validation loss is " + Finding.number(validation) + ", " + name + " gives "
                        + Finding.number(baseline().orElseThrow().validationLoss())
                : "the loss is " + Finding.number(mean(history.losses())) + ", " + name + " gives "
                        + Finding.number(level());
    }
}
