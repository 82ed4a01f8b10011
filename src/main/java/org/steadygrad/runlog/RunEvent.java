package org.steadygrad.runlog;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Check;

/**
 * Something that a run tells of while it goes on. Events come on the training thread, in the order in which things happened; what health
 * sees of a step comes before the {@link Step}.
 *
 * <p>They fall into those that are only announced, those of training, which have a row in {@code metrics.jsonl}, those of health, which
 * have one in {@code health.jsonl} and come from DL4J's own training too, and the result, which is {@code run.json}.
 */
public sealed interface RunEvent {

    /** What is known beforehand, and stands in no file until the run's result does. */
    sealed interface Announcement extends RunEvent {}

    /** What training did. */
    sealed interface TrainingEvent extends RunEvent {
        /** Number of steps so far, the one that the event is about included. */
        int iteration();
    }

    /** What health saw. */
    sealed interface HealthEvent extends RunEvent permits Look, Distributions, Found, Closed, SkippedNorm {
        /** Number of the step, from 1. */
        int iteration();
    }

    /** Something beside steps and validations, which is told in a sentence. */
    sealed interface Note extends TrainingEvent {
        /** What it is, in a word of lower-case letters and underscores, such as {@code rolled_back}. */
        String kind();

        /** One line in words. */
        String message();
    }

    /** An engine that would be faster wasn't taken. @param reason in one line */
    record EnginePassedOver(String reason) implements Announcement {
        public EnginePassedOver {
            Check.notNull(reason, "EnginePassedOver", "reason");
        }
    }

    /** How the data are read, where nobody asked for it. @param note one sentence */
    record DataNote(String note) implements Announcement {
        public DataNote {
            Check.notNull(note, "DataNote", "note");
        }
    }

    /** What the model is that the run file doesn't say in so many words. @param note one sentence */
    record ModelNote(String note) implements Announcement {
        public ModelNote {
            Check.notNull(note, "ModelNote", "note");
        }
    }

    /**
     * The run begins, or goes on.
     *
     * @param engine name of the engine
     * @param device the device in words
     * @param parameters number of the model's parameters
     * @param plannedIterations number of steps if nothing ends the run early; -1 when not known
     * @param startIteration number of steps done before, above 0 for a resumed run
     */
    record Started(String engine, String device, long parameters, long plannedIterations, int startIteration)
            implements Announcement {
        public Started {
            Check.notNull(engine, "Started", "engine");
            Check.notNull(device, "Started", "device");
        }
    }

    /** What rules of thumb come to on the run's data, which a model has to beat; told before the first step. */
    record Compared(Baselines baselines) implements TrainingEvent {
        public Compared {
            Check.notNull(baselines, "Compared", "baselines");
        }

        /** Of no step. */
        @Override
        public int iteration() {
            return 0;
        }
    }

    /**
     * One training step.
     *
     * @param iteration number of the step, from 1
     * @param epoch number of the epoch, from 0
     * @param loss what training minimises, averaged over the minibatch, penalties included, before the update; may be NaN or infinite
     * @param lossPerStep the same per scored row (example, or time step where each has a label), which is what validation losses and
     *     baselines compare with; NaN when nothing is scored or it isn't known
     * @param gradientNorm norm of the averaged gradient before clipping; NaN when there was no update
     * @param clipScale smallest factor that clipping multiplied an element by; 1 when nothing was clipped
     * @param applied false when the step was skipped
     * @param learningRateScale the guard's factor on the update
     * @param learningRate of the update, that factor included; of the first of several rates; NaN when it isn't known
     * @param seconds wall-clock time of the step, waiting for data left out
     */
    record Step(
            int iteration,
            int epoch,
            double loss,
            double lossPerStep,
            double gradientNorm,
            double clipScale,
            boolean applied,
            double learningRateScale,
            double learningRate,
            double seconds)
            implements TrainingEvent {

        /** Of an update whose rate isn't known. */
        public Step(
                int iteration,
                int epoch,
                double loss,
                double lossPerStep,
                double gradientNorm,
                double clipScale,
                boolean applied,
                double learningRateScale,
                double seconds) {
            this(
                    iteration,
                    epoch,
                    loss,
                    lossPerStep,
                    gradientNorm,
                    clipScale,
                    applied,
                    learningRateScale,
                    Double.NaN,
                    seconds);
        }

        /** What compares with validation losses and baselines: per scored row, or as it is where that isn't known. */
        public double comparableLoss() {
            return Double.isNaN(lossPerStep) ? loss : lossPerStep;
        }
    }

    /**
     * Steps in succession that are long past; of a long run's older steps only this is kept on file.
     *
     * @param iteration number of the last one
     * @param steps how many
     * @param epoch of the last one
     * @param loss as in {@link Step}
     * @param lossPerStep as in {@link Step}
     * @param gradientNorm as in {@link Step}
     * @param clipped how many were clipped
     * @param skipped how many changed nothing
     * @param learningRateScale as in {@link Step}
     * @param learningRate as in {@link Step}
     * @param seconds as in {@link Step}
     */
    record Steps(
            int iteration,
            int steps,
            int epoch,
            Spread loss,
            Spread lossPerStep,
            Spread gradientNorm,
            int clipped,
            int skipped,
            Spread learningRateScale,
            Spread learningRate,
            Spread seconds)
            implements TrainingEvent {

        /** A single one. */
        public static Steps of(Step step) {
            return new Steps(
                    step.iteration(),
                    1,
                    step.epoch(),
                    Spread.of(step.loss()),
                    Spread.of(step.lossPerStep()),
                    Spread.of(step.gradientNorm()),
                    step.clipScale() < 1 ? 1 : 0,
                    step.applied() ? 0 : 1,
                    Spread.of(step.learningRateScale()),
                    Spread.of(step.learningRate()),
                    Spread.of(step.seconds()));
        }

        /** These and those that come next. */
        public Steps and(Steps next) {
            return new Steps(
                    next.iteration,
                    steps + next.steps,
                    next.epoch,
                    loss.and(next.loss),
                    lossPerStep.and(next.lossPerStep),
                    gradientNorm.and(next.gradientNorm),
                    clipped + next.clipped,
                    skipped + next.skipped,
                    learningRateScale.and(next.learningRateScale),
                    learningRate.and(next.learningRate),
                    seconds.and(next.seconds));
        }

        /** What compares with validation losses and baselines. */
        public Spread comparableLoss() {
            return lossPerStep.finite() > 0 ? lossPerStep : loss;
        }

        /** What is 1 for so many of the steps and 0 for the others. */
        public Spread of(int some) {
            return new Spread(steps, steps, (double) some / steps, some == steps ? 1 : 0, some > 0 ? 1 : 0);
        }
    }

    /**
     * The model was evaluated on the validation data.
     *
     * @param epoch number of epochs that are done
     * @param metrics metric name to value, in the order in which they are shown
     * @param best whether no validation before was as good
     * @param gain how much better the model is than guessing
     */
    record Validated(int iteration, int epoch, Map<String, Double> metrics, boolean best, Gain gain)
            implements TrainingEvent {
        public Validated {
            Check.notNull(gain, "Validated", "gain");
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }
    }

    /**
     * A step changed nothing, since it isn't finite; comes after its {@link Step}.
     *
     * @param cause kind of what is behind it; empty where only the scale of the loss was too large for 16-bit floats
     * @param bundle a file with which the step can be run again
     */
    record Skipped(int iteration, String message, Optional<String> cause, Optional<Path> bundle) implements Note {
        public Skipped {
            Check.notNull(message, "Skipped", "message");
        }

        @Override
        public String kind() {
            return "skipped";
        }
    }

    /**
     * Parameters went back to the last good snapshot.
     *
     * @param snapshotIteration number of the step that it was taken after
     * @param learningRateScale the guard's factor on updates from now on
     */
    record RolledBack(int iteration, String message, int snapshotIteration, double learningRateScale) implements Note {
        public RolledBack {
            Check.notNull(message, "RolledBack", "message");
        }

        @Override
        public String kind() {
            return "rolled_back";
        }
    }

    /** A change was tried on the same steps, and kept or taken back. */
    record CureTried(CureTrial trial) implements Note {
        public CureTried {
            Check.notNull(trial, "CureTried", "trial");
        }

        @Override
        public int iteration() {
            return trial.iteration();
        }

        @Override
        public String kind() {
            return trial.kept() ? "cured" : "cure_taken_back";
        }

        @Override
        public String message() {
            return trial.words();
        }
    }

    /** A checkpoint was written. */
    record CheckpointWritten(int iteration, String message) implements Note {
        public CheckpointWritten {
            Check.notNull(message, "CheckpointWritten", "message");
        }

        @Override
        public String kind() {
            return "checkpoint";
        }
    }

    /** The run takes no further steps. @param message why */
    record Stopped(int iteration, String message) implements Note {
        public Stopped {
            Check.notNull(message, "Stopped", "message");
        }

        @Override
        public String kind() {
            return "stopped";
        }
    }

    /** A finding that is believed from an iteration on. */
    record Found(int iteration, Finding finding) implements HealthEvent {
        public Found {
            Check.notNull(finding, "Found", "finding");
        }
    }

    /** A finding that was believed and isn't seen any more. @param finding with the iteration at which it ended */
    record Closed(int iteration, Finding finding) implements HealthEvent {
        public Closed {
            Check.notNull(finding, "Closed", "finding");
        }
    }

    /**
     * A step that changed nothing and that there was no full look at.
     *
     * @param loss may be NaN or infinite
     * @param gradientNorm may be NaN or infinite
     */
    record SkippedNorm(int iteration, double loss, double gradientNorm) implements HealthEvent {}

    /** The run has ended, and its model is kept. */
    record Finished(RunResult result) implements RunEvent {
        public Finished {
            Check.notNull(result, "Finished", "result");
        }
    }
}
