package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.train.guard.Guard;
import org.steadygrad.train.guard.Guard.Action;
import org.steadygrad.train.guard.LossSpikes;

class GuardTest {
    private static final GuardSpec.Auto AUTO = new GuardSpec.Auto(3, 10, 12, 3, 50, 0.5, 4, 2, 1000, 20);

    /** A loss of a batch whose examples are vectors, in the first epoch. */
    private static Guard.Decision look(Guard guard, double loss) {
        return guard.beforeUpdate(loss, loss, 0);
    }

    private static Guard calmGuard(GuardSpec spec) {
        Guard guard = new Guard(spec, Guard.State.START);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 60; i++) {
            assertEquals(
                    Action.CONTINUE, look(guard, 1 + 0.1 * random.nextDouble()).action());
            assertEquals(Action.CONTINUE, guard.afterUpdate(true).action());
        }
        return guard;
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void nonFiniteLossRollsBackAtOnce(double loss) {
        Guard guard = calmGuard(AUTO);
        Guard.Decision decision = look(guard, loss);
        assertEquals(Action.ROLL_BACK, decision.action());
        assertTrue(decision.reason().contains(Double.toString(loss)), decision.reason());
        assertEquals(0.5, guard.learningRateScale());
    }

    @Test
    void spikeMustLast() {
        Guard guard = calmGuard(AUTO);
        assertEquals(Action.CONTINUE, look(guard, 50).action());
        assertEquals(Action.CONTINUE, look(guard, 50).action());
        assertEquals(Action.CONTINUE, look(guard, 1.05).action());
        assertEquals(Action.CONTINUE, look(guard, 50).action());
        assertEquals(Action.CONTINUE, look(guard, 50).action());
        Guard.Decision decision = look(guard, 50);
        assertEquals(Action.ROLL_BACK, decision.action());
        assertTrue(decision.reason().contains("spiked"), decision.reason());
    }

    @Test
    void doubledLossIsNoSpikeWhileLossesAreFew() {
        Guard guard = new Guard(AUTO, Guard.State.START);
        for (double loss : new double[] {1, 1, 1, 100, 100, 100, 100}) {
            assertEquals(Action.CONTINUE, look(guard, loss).action());
        }
    }

    @Test
    void slowRiseIsNoSpike() {
        Guard guard = calmGuard(AUTO);
        for (int i = 0; i < 200; i++) {
            assertEquals(Action.CONTINUE, look(guard, 1 + 0.005 * i).action());
        }
    }

    @Test
    void tooManySkipsRollBackAndThenStop() {
        Guard guard = calmGuard(AUTO);
        for (int rollback = 0; rollback < 2; rollback++) {
            assertEquals(Action.CONTINUE, guard.afterUpdate(false).action());
            assertEquals(Action.CONTINUE, guard.afterUpdate(false).action());
            assertEquals(Action.ROLL_BACK, guard.afterUpdate(false).action());
        }
        guard.afterUpdate(false);
        guard.afterUpdate(false);
        assertEquals(Action.STOP, guard.afterUpdate(false).action());
        assertEquals(2, guard.rollbacks());
    }

    @Test
    void anAppliedStepEndsTheRowOfSkips() {
        Guard guard = calmGuard(AUTO);
        for (int i = 0; i < 10; i++) {
            assertEquals(Action.CONTINUE, guard.afterUpdate(false).action());
            assertEquals(Action.CONTINUE, guard.afterUpdate(false).action());
            assertEquals(Action.CONTINUE, guard.afterUpdate(true).action());
        }
    }

    @Test
    void withoutRollBacksSkipsStop() {
        Guard guard = calmGuard(new GuardSpec.Off(2));
        assertEquals(Action.CONTINUE, look(guard, Double.NaN).action());
        assertEquals(Action.STOP, look(guard, Double.NaN).action());
    }

    @Test
    void learningRateComesBackAfterGoodSteps() {
        Guard guard = calmGuard(AUTO);
        look(guard, Double.NaN);
        for (int i = 0; i < 3; i++) {
            guard.afterUpdate(true);
            assertEquals(0.5, guard.learningRateScale());
        }
        guard.afterUpdate(true);
        assertEquals(1, guard.learningRateScale());
    }

    @Test
    void restoredGuardDecidesAlike() {
        Guard guard = calmGuard(AUTO);
        look(guard, 50);
        guard.afterUpdate(false);
        Guard restored = new Guard(AUTO, guard.state());
        assertEquals(guard.state(), restored.state());
        assertEquals(look(guard, 60), look(restored, 60));
        assertEquals(look(guard, 70), look(restored, 70));
        assertEquals(guard.state(), restored.state());
    }

    /** The same batches, so many times in a row. @param lastGood what the last good state has on them */
    private static boolean rollsBack(Guard guard, double loss, double lastGood, int times, int epoch) {
        for (int i = 0; i < times; i++) {
            if (guard.beforeUpdate(loss, loss, epoch).action() == Action.ROLL_BACK) {
                return true;
            }
            guard.afterUpdate(true);
            if (guard.wantsComparison()) {
                guard.compare(lastGood);
            }
        }
        return false;
    }

    @Test
    void batchesThatTheLastGoodStateFindsHardAsWellAreNoSpikes() {
        assertFalse(rollsBack(calmGuard(AUTO), 50, 40, 200, 0));
        assertTrue(rollsBack(calmGuard(AUTO), 50, 1, 3, 0));
    }

    @Test
    void batchesThatWereNeverSoInAWholeEpochAreSpikesAllTheSame() {
        Guard guard = calmGuard(AUTO);
        assertFalse(rollsBack(guard, 1.05, 1.05, 60, 1));
        assertFalse(rollsBack(guard, 8, 8, 3, 2));
        assertTrue(rollsBack(guard, 800, 800, 3, 2));
    }

    @Test
    void aVanishedLossMayJumpBelowHalfOfThatAtTheStart() {
        Guard guard = calmGuard(AUTO);
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 100; i++) {
            look(guard, 1e-5 * random.nextDouble());
        }
        assertFalse(rollsBack(guard, 0.4, 1e-5, 20, 0));
        assertTrue(rollsBack(guard, 0.9, 1e-5, 3, 0));
    }

    @Test
    void stepsInWhichNothingIsScoredSayNothing() {
        Guard guard = calmGuard(AUTO);
        for (int i = 0; i < 10; i++) {
            assertEquals(Action.CONTINUE, guard.beforeUpdate(50, Double.NaN, 0).action());
            assertFalse(guard.wantsComparison());
        }
    }

    @Test
    void rollBacksCountWithinASpan() {
        Guard guard = calmGuard(AUTO);
        for (int rollback = 1; rollback <= 10; rollback++) {
            assertEquals(Action.ROLL_BACK, look(guard, Double.NaN).action());
            assertEquals(rollback, guard.rollbacks());
            for (int i = 0; i < 600; i++) {
                look(guard, 1);
                guard.afterUpdate(true);
            }
        }
        look(guard, Double.NaN);
        assertEquals(Action.STOP, look(guard, Double.NaN).action());
    }

    /** It holds losses that are sums over time. */
    @Test
    void stateOfAnOlderCheckpointIsRead() throws IOException {
        String old = "{\"recentLosses\": [3.0, 4.0], \"skipsInRow\": 1, \"spikesInRow\": 2, \"rollbacks\": 4,"
                + " \"learningRateScale\": 0.5, \"goodSteps\": 3}";
        Guard.State state = new ObjectMapper()
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
                .readValue(old, Guard.State.class);
        assertEquals(new Guard.State(LossSpikes.State.START, 0, 1, 4, List.of(), 0.5, 3), state);
    }
}
