package org.steadygrad.train.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.Check;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.runlog.Gain;
import org.steadygrad.train.guard.Guard;
import org.steadygrad.train.guard.OnlineCures;
import org.steadygrad.train.guard.SnapshotInfo;

/**
 * Everything a checkpoint holds beside the model, so that a resumed run continues to exactly the same numbers.
 *
 * @param iteration steps tried so far
 * @param before how far the network had been trained when the run began
 * @param updates steps applied so far and not rolled back, those before the run included; what schedules and bias corrections
 *     count
 * @param epoch the epoch of the run that the next batch belongs to
 * @param batchInEpoch batches of that epoch that are done
 * @param skippedSteps steps that weren't applied
 * @param clippedSteps steps whose gradient was clipped
 * @param seconds training time so far
 * @param guard what the guard has seen
 * @param clipPolicy what the clip policy has learnt
 * @param snapshot the state that a roll-back would return to
 * @param recentLosses losses of the latest steps, oldest first
 * @param recentSeconds durations of the latest steps
 * @param validatedAt iteration of the latest validation; 0 before the first
 * @param validation latest validation metrics; empty before the first
 * @param best the best validation so far
 * @param health what health monitoring has seen
 * @param cures what was tried on line
 */
public record TrainingState(
        int iteration,
        TrainingCounts before,
        int updates,
        int epoch,
        int batchInEpoch,
        int skippedSteps,
        int clippedSteps,
        double seconds,
        Guard.State guard,
        Map<String, double[]> clipPolicy,
        SnapshotInfo snapshot,
        List<Double> recentLosses,
        List<Double> recentSeconds,
        int validatedAt,
        Map<String, Double> validation,
        Best best,
        JsonNode health,
        OnlineCures.State cures) {
    private static final String WHO = "training state";

    public TrainingState {
        Check.nonNegative(iteration, WHO, "iteration");
        before = before == null ? TrainingCounts.NONE : before;
        Check.nonNegative(updates, WHO, "updates");
        Check.nonNegative(epoch, WHO, "epoch");
        Check.nonNegative(batchInEpoch, WHO, "batchInEpoch");
        Check.notNull(guard, WHO, "guard");
        Check.notNull(clipPolicy, WHO, "clipPolicy");
        Check.notNull(snapshot, WHO, "snapshot");
        Check.notNull(recentLosses, WHO, "recentLosses");
        Check.notNull(recentSeconds, WHO, "recentSeconds");
        Check.notNull(validation, WHO, "validation");
        Check.notNull(best, WHO, "best");
        Check.notNull(health, WHO, "health");
        Check.notNull(cures, WHO, "cures");
    }

    /**
     * @param iteration 0 when nothing was validated yet
     * @param metrics validation metrics then
     * @param validationsSince validations since then
     * @param gain how much better than guessing the model was then
     */
    public record Best(int iteration, Map<String, Double> metrics, int validationsSince, Gain gain) {
        public Best {
            Check.notNull(metrics, WHO, "best.metrics");
            // checkpoints of early versions hold none
            gain = gain == null ? Gain.UNKNOWN : gain;
        }

        public static final Best NONE = new Best(0, Map.of(), 0, Gain.UNKNOWN);

        public double loss() {
            return metrics.getOrDefault("loss", Double.POSITIVE_INFINITY);
        }
    }
}
