package org.steadygrad.bench;

import java.util.List;
import org.steadygrad.check.Check;

/**
 * What was measured of one engine.
 *
 * @param engine as it was asked for: "cpu", "cuda:1"
 * @param device in the engine's words
 * @param step times of single steps
 * @param examplesPerSecond median of the rounds
 * @param timeStepsPerSecond of all sequences together, median of the rounds; null where the data are no sequences
 * @param hostBytes growth of the process's resident set while the engine was made and warmed up; null where the system
 *     doesn't tell
 * @param deviceBytes memory that the engine holds on its device; null where that is the host's, or isn't told
 * @param losses of the first steps, before each one's update
 * @param agreement with the first engine; null for that one itself
 */
public record EngineResult(
        String engine,
        String device,
        StepTimes step,
        double examplesPerSecond,
        Double timeStepsPerSecond,
        Long hostBytes,
        Long deviceBytes,
        List<Double> losses,
        Agreement agreement) {
    public EngineResult {
        Check.notNull(engine, "engine result", "engine");
        Check.notNull(step, "engine result", "step");
        losses = List.copyOf(losses);
    }

    /**
     * How far two engines' losses are apart.
     *
     * @param steps number of first steps that were compared
     * @param largest absolute difference; infinite when one of the two losses alone isn't finite
     * @param relative the largest difference as a share of the first engine's loss
     * @param atStep where the largest difference is, counted from 1
     */
    public record Agreement(int steps, double largest, double relative, int atStep) {
        static Agreement of(List<Double> first, List<Double> other) {
            int steps = Math.min(first.size(), other.size());
            double largest = 0;
            double relative = 0;
            int atStep = 1;
            for (int i = 0; i < steps; i++) {
                double difference = difference(first.get(i), other.get(i));
                relative = Math.max(relative, difference == 0 ? 0 : difference / Math.abs(first.get(i)));
                if (difference > largest) {
                    largest = difference;
                    atStep = i + 1;
                }
            }
            return new Agreement(steps, largest, relative, atStep);
        }

        private static double difference(double a, double b) {
            if (Double.compare(a, b) == 0) {
                return 0;
            }
            double difference = Math.abs(a - b);
            return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }
    }

    EngineResult comparedWith(EngineResult first) {
        return new EngineResult(
                engine,
                device,
                step,
                examplesPerSecond,
                timeStepsPerSecond,
                hostBytes,
                deviceBytes,
                losses,
                Agreement.of(first.losses, losses));
    }
}
