package org.steadygrad.train.guard;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.spec.GuardSpec;

/**
 * Decides, step by step, whether training is still on its way. Knows no engine: it sees losses and whether steps were
 * applied, and says what to do. What a spike of the loss is, {@link LossSpikes} tells.
 */
public final class Guard {
    /** What to do about a step. */
    public enum Action {
        CONTINUE,
        ROLL_BACK,
        STOP
    }

    /** @param reason in words; empty to continue */
    public record Decision(Action action, String reason) {
        public static final Decision CONTINUE = new Decision(Action.CONTINUE, "");
    }

    /**
     * What the guard has seen, for checkpoints.
     *
     * @param losses what is known of them; null in checkpoints that hold losses summed over time, which say nothing here
     * @param steps losses so far
     * @param skipsInRow steps in a row that weren't applied
     * @param rollbacks roll-backs so far
     * @param rollbackSteps after how many losses the latest ones were; null in the same checkpoints
     * @param learningRateScale factor on updates now
     * @param goodSteps good steps since the factor last changed
     */
    public record State(
            LossSpikes.State losses,
            long steps,
            int skipsInRow,
            int rollbacks,
            List<Long> rollbackSteps,
            double learningRateScale,
            int goodSteps) {
        public State {
            losses = losses == null ? LossSpikes.State.START : losses;
            rollbackSteps = rollbackSteps == null ? List.of() : List.copyOf(rollbackSteps);
            Check.positive(learningRateScale, "training state", "guard.learningRateScale");
        }

        public static final State START = new State(LossSpikes.State.START, 0, 0, 0, List.of(), 1, 0);
    }

    private final GuardSpec spec;
    private final Optional<LossSpikes> spikes;
    private final LossSpikes.State unseen;
    private final Deque<Long> rollbackSteps;
    private long steps;
    private int skipsInRow;
    private int rollbacks;
    private double learningRateScale;
    private int goodSteps;
    /** Whether the latest loss looks like a spike. */
    private boolean suspicious;

    public Guard(GuardSpec spec, State state) {
        this.spec = spec;
        unseen = state.losses();
        spikes = spec instanceof GuardSpec.Auto auto ? Optional.of(new LossSpikes(auto, unseen)) : Optional.empty();
        steps = state.steps();
        skipsInRow = state.skipsInRow();
        rollbacks = state.rollbacks();
        rollbackSteps = new ArrayDeque<>(state.rollbackSteps());
        learningRateScale = state.learningRateScale();
        goodSteps = state.goodSteps();
    }

    public State state() {
        return new State(
                spikes.map(LossSpikes::state).orElse(unseen),
                steps,
                skipsInRow,
                rollbacks,
                List.copyOf(rollbackSteps),
                learningRateScale,
                goodSteps);
    }

    public double learningRateScale() {
        return learningRateScale;
    }

    public int rollbacks() {
        return rollbacks;
    }

    /** Whether nothing has been wrong with the latest steps. */
    public boolean calm() {
        return skipsInRow == 0 && spikes.map(LossSpikes::inRow).orElse(0) == 0;
    }

    /**
     * Looks at a loss before its gradient is applied.
     *
     * @param perStep the same per scored step; NaN when nothing is scored
     */
    public Decision beforeUpdate(double loss, double perStep, int epoch) {
        steps++;
        suspicious = false;
        if (!Double.isFinite(loss)) {
            return spec instanceof GuardSpec.Auto ? rollBack("the loss is " + loss) : skipped("the loss is " + loss);
        }
        if (spec instanceof GuardSpec.Auto auto && Double.isFinite(perStep)) {
            LossSpikes losses = spikes.orElseThrow();
            suspicious = losses.take(perStep, epoch);
            if (suspicious && losses.inRow() >= auto.spikeSteps()) {
                return rollBack(losses.words());
            }
        }
        return Decision.CONTINUE;
    }

    /** Whether it is to be told by {@link #compare} how the latest batches did in the last good state. */
    public boolean wantsComparison() {
        return suspicious && spikes.orElseThrow().worthComparing();
    }

    /** @param lastGood loss per scored step of the latest batches in the last good state */
    public void compare(double lastGood) {
        spikes.orElseThrow().compare(lastGood);
    }

    /** Takes note of whether a gradient was applied. */
    public Decision afterUpdate(boolean applied) {
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
        String why =
                (skipsInRow == 1 ? "a step was" : skipsInRow + " steps in a row were") + " skipped, since " + reason;
        return spec instanceof GuardSpec.Auto ? rollBack(why) : new Decision(Action.STOP, why);
    }

    private Decision rollBack(String reason) {
        GuardSpec.Auto auto = (GuardSpec.Auto) spec;
        rollbackSteps.removeIf(step -> steps - step >= auto.rollbackSpan());
        if (rollbackSteps.size() >= auto.maxRollbacks()) {
            return new Decision(Action.STOP, reason + ", and " + rollbackSteps.size() + " roll-backs haven't helped");
        }
        rollbacks++;
        rollbackSteps.addLast(steps);
        learningRateScale *= auto.backOff();
        skipsInRow = 0;
        spikes.ifPresent(LossSpikes::leave);
        goodSteps = 0;
        return new Decision(Action.ROLL_BACK, reason);
    }
}
