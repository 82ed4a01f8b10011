package org.steadygrad.spec;

import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/** How a model is trained. */
public record TrainingSpec(
        @Doc("Examples per batch.") @Default("32") int batch,
        @Doc("Passes over the training data.") @Absent("10; with iterations as many as those take") Integer epochs,
        @Doc("Updates after which training ends, even within an epoch.") @Absent("the epochs decide")
                Integer iterations,
        @Doc("Minutes after which training ends, with a checkpoint.") @Absent("no limit") Double maxMinutes,
        @Doc("Update rule.") @Default("adam") UpdaterSpec updater,
        @Doc("Learning-rate schedule.") @Default("constant") ScheduleSpec schedule,
        @Doc(
                        "Updates over which the learning rate rises linearly: of n, the first has 1 / (n + 1) of it, and the one after the last all of it.")
                @Default("0")
                int warmup,
        @Doc(
                        "Decoupled weight decay: every update also takes learningRate * weightDecay * weight off each weight (not biases).")
                @Default("0")
                double weightDecay,
        @Doc("L1 penalty on weights.") @Default("0") double l1,
        @Doc("L2 penalty on weights.") @Default("0") double l2,
        @Doc("What the loss is the mean of.") @Default("perStep") LossMean loss,
        @Doc("Gradient clipping.") @Default("{globalNorm: 1.0}") ClipSpec clip,
        @Doc("Batches whose gradients are averaged for one update.") @Default("1") int accumulate,
        @Doc(
                        "Time steps per window of truncated back-propagation through time, state carried between windows; 0 uses whole sequences.")
                @Default("0")
                int truncatedBptt,
        @Doc("What happens when training goes wrong.") @Default("auto") GuardSpec guard,
        @Doc("Updates between validations.") @Absent("every epoch") Integer validateEvery,
        @Doc("When to stop early.") @Default("{}") EarlyStoppingSpec earlyStopping,
        @Doc("Checkpoints.") @Default("{}") CheckpointSpec checkpoint) {
    private static final int DEFAULT_EPOCHS = 10;

    public TrainingSpec {
        Check.positive(batch, "training", "batch");
        if (epochs != null) {
            Check.positive(epochs, "training", "epochs");
        }
        if (iterations != null) {
            Check.positive(iterations, "training", "iterations");
        }
        if (maxMinutes != null) {
            Check.positive(maxMinutes, "training", "maxMinutes");
        }
        Check.nonNegative(warmup, "training", "warmup");
        Check.nonNegative(weightDecay, "training", "weightDecay");
        Check.nonNegative(l1, "training", "l1");
        Check.nonNegative(l2, "training", "l2");
        Check.positive(accumulate, "training", "accumulate");
        Check.nonNegative(truncatedBptt, "training", "truncatedBptt");
        if (validateEvery != null) {
            Check.positive(validateEvery, "training", "validateEvery");
        }
        if (accumulate > 1 && truncatedBptt > 0) {
            throw InvalidInputException.of(
                    "training",
                    "either accumulate or truncatedBptt",
                    "both",
                    "Every window of truncated back-propagation is an update of its own; leave one of the two keys out.");
        }
    }

    /** Passes over the training data at most; {@link Integer#MAX_VALUE} when iterations alone decide. */
    public int mostEpochs() {
        if (epochs != null) {
            return epochs;
        }
        return iterations == null ? DEFAULT_EPOCHS : Integer.MAX_VALUE;
    }

    /** The defaults of the run file. */
    public static TrainingSpec defaults() {
        return Parts.of(TrainingSpec.class);
    }

    /** This with another {@link #batch}. */
    public TrainingSpec withBatch(int value) {
        return Parts.with(this, "batch", value);
    }

    /** This with another {@link #epochs}. */
    public TrainingSpec withEpochs(Integer value) {
        return Parts.with(this, "epochs", value);
    }

    /** This with another {@link #iterations}. */
    public TrainingSpec withIterations(Integer value) {
        return Parts.with(this, "iterations", value);
    }

    /** This with another {@link #maxMinutes}. */
    public TrainingSpec withMaxMinutes(Double value) {
        return Parts.with(this, "maxMinutes", value);
    }

    /** This with another {@link #updater}. */
    public TrainingSpec withUpdater(UpdaterSpec value) {
        return Parts.with(this, "updater", value);
    }

    /** This with another {@link #schedule}. */
    public TrainingSpec withSchedule(ScheduleSpec value) {
        return Parts.with(this, "schedule", value);
    }

    /** This with another {@link #warmup}. */
    public TrainingSpec withWarmup(int value) {
        return Parts.with(this, "warmup", value);
    }

    /** This with another {@link #weightDecay}. */
    public TrainingSpec withWeightDecay(double value) {
        return Parts.with(this, "weightDecay", value);
    }

    /** This with another {@link #l1}. */
    public TrainingSpec withL1(double value) {
        return Parts.with(this, "l1", value);
    }

    /** This with another {@link #l2}. */
    public TrainingSpec withL2(double value) {
        return Parts.with(this, "l2", value);
    }

    /** This with another {@link #loss}. */
    public TrainingSpec withLoss(LossMean value) {
        return Parts.with(this, "loss", value);
    }

    /** This with another {@link #clip}. */
    public TrainingSpec withClip(ClipSpec value) {
        return Parts.with(this, "clip", value);
    }

    /** This with another {@link #accumulate}. */
    public TrainingSpec withAccumulate(int value) {
        return Parts.with(this, "accumulate", value);
    }

    /** This with another {@link #truncatedBptt}. */
    public TrainingSpec withTruncatedBptt(int value) {
        return Parts.with(this, "truncatedBptt", value);
    }

    /** This with another {@link #guard}. */
    public TrainingSpec withGuard(GuardSpec value) {
        return Parts.with(this, "guard", value);
    }

    /** This with another {@link #validateEvery}. */
    public TrainingSpec withValidateEvery(Integer value) {
        return Parts.with(this, "validateEvery", value);
    }

    /** This with another {@link #earlyStopping}. */
    public TrainingSpec withEarlyStopping(EarlyStoppingSpec value) {
        return Parts.with(this, "earlyStopping", value);
    }

    /** This with another {@link #checkpoint}. */
    public TrainingSpec withCheckpoint(CheckpointSpec value) {
        return Parts.with(this, "checkpoint", value);
    }
}
