package org.steadygrad.train;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.steadygrad.check.Check;
import org.steadygrad.spec.GuardSpec;

/**
 * Decides, step by step, whether training is still on its way. Knows no engine: it sees losses and whether steps were
 * applied, and says what to do.
 *
 * <p>A loss is a spike when it exceeds {@code median + d * MAD} and {@code 2 * median} of the recent losses, where MAD
 * is their median absolute deviation: unlike mean and deviation, neither is moved by the spike itself.
 */
final class Guard {
    /** Below this many losses their median says too little. */
    private static final int FEWEST_LOSSES = 20;

    /** What to do about a step. */
    enum Action {
        CONTINUE,
        ROLL_BACK,
        STOP
    }

    /** @param reason in words; empty to continue */
    record Decision(Action action, String reason) {
        static final Decision CONTINUE = new Decision(Action.CONTINUE, "");
    }

    /**
     * What the guard has seen, for checkpoints.
     *
     * @param recentLosses oldest first, spikes left out
     * @param skipsInRow steps in a row that weren't applied
     * @param spikesInRow losses in a row that were spikes
     * @param rollbacks roll-backs so far
     * @param learningRateScale factor on updates now
     * @param goodSteps good steps since the factor last changed
     */
    record State(
            List<Double> recentLosses,
            int skipsInRow,
            int spikesInRow,
            int rollbacks,
            double learningRateScale,
            int goodSteps) {
        State {
            recentLosses = List.copyOf(Check.notNull(recentLosses, "training state", "guard.recentLosses"));
        }

        static final State START = new State(List.of(), 0, 0, 0, 1, 0);
    }

    private final GuardSpec spec;
    private final Deque<Double> recentLosses;
    private int skipsInRow;
    private int spikesInRow;
    private int rollbacks;
    private double learningRateScale;
    private int goodSteps;

    Guard(GuardSpec spec, State state) {
        this.spec = spec;
        recentLosses = new ArrayDeque<>(state.recentLosses());
        skipsInRow = state.skipsInRow();
        spikesInRow = state.spikesInRow();
        rollbacks = state.rollbacks();
        learningRateScale = state.learningRateScale();
        goodSteps = state.goodSteps();
    }

    State state() {
        return new State(List.copyOf(recentLosses), skipsInRow, spikesInRow, rollbacks, learningRateScale, goodSteps);
    }

    double learningRateScale() {
        return learningRateScale;
    }

    int rollbacks() {
        return rollbacks;
    }

    /** Whether nothing has been wrong with the latest steps. */
    boolean calm() {
        return skipsInRow == 0 && spikesInRow == 0;
    }

    /** Looks at a loss before its gradient is applied. */
    Decision beforeUpdate(double loss) {
        if (!Double.isFinite(loss)) {
            return spec instanceof GuardSpec.Auto ? rollBack("the loss is " + loss) : skipped("the loss is " + loss);
        }
        if (spec instanceof GuardSpec.Auto auto && spike(auto, loss)) {
            spikesInRow++;
            return spikesInRow < auto.spikeSteps() ? Decision.CONTINUE : rollBack(describeSpike(loss));
        }
        spikesInRow = 0;
        recentLosses.addLast(loss);
        if (recentLosses.size() > window()) {
            recentLosses.removeFirst();
        }
        return Decision.CONTINUE;
    }

    /** Takes note of whether a gradient was applied. */
    Decision afterUpdate(boolean applied) {
        if (!applied) {
            return skipped("the gradient isn't finite");
        }
        skipsInRow = 0;
        goodSteps++;
        if (spec instanceof GuardSpec.Auto auto && learningRateScale < 1 && goodSteps >= auto.recoverAfter()) {
            learningRateScale = Math.min(1, learningRateScale / auto.backOff());
            goodSteps = 0;
        }
        return Decision.CONTINUE;
    }

    private Decision skipped(String reason) {
        skipsInRow++;
        goodSteps = 0;
        int limit = spec instanceof GuardSpec.Auto auto ? auto.maxSkips() : ((GuardSpec.Off) spec).maxSkips();
        if (skipsInRow < limit) {
            return Decision.CONTINUE;
        }
        String why = skipsInRow + " steps in a row were skipped, since " + reason;
        return spec instanceof GuardSpec.Auto ? rollBack(why) : new Decision(Action.STOP, why);
    }

    private Decision rollBack(String reason) {
        GuardSpec.Auto auto = (GuardSpec.Auto) spec;
        if (rollbacks >= auto.maxRollbacks()) {
            return new Decision(Action.STOP, reason + ", and " + rollbacks + " roll-backs haven't helped");
        }
        rollbacks++;
        learningRateScale *= auto.backOff();
        skipsInRow = 0;
        spikesInRow = 0;
        goodSteps = 0;
        return new Decision(Action.ROLL_BACK, reason);
    }

    private int window() {
        return spec instanceof GuardSpec.Auto auto ? auto.window() : FEWEST_LOSSES;
    }

    private boolean spike(GuardSpec.Auto auto, double loss) {
        if (recentLosses.size() < Math.min(FEWEST_LOSSES, auto.window())) {
            return false;
        }
        double median =
                median(recentLosses.stream().mapToDouble(Double::doubleValue).toArray());
        double deviation = median(
                recentLosses.stream().mapToDouble(l -> Math.abs(l - median)).toArray());
        return loss > median + auto.spikeDeviations() * deviation && loss > 2 * Math.abs(median);
    }

    private String describeSpike(double loss) {
        double median =
                median(recentLosses.stream().mapToDouble(Double::doubleValue).toArray());
        return String.format(
                java.util.Locale.ROOT,
                "the loss spiked to %.4g for %d steps, where the median of the %d before was %.4g",
                loss,
                spikesInRow,
                recentLosses.size(),
                median);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
