package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

class TimeRulesTest {
    private static final HealthSpec.Time SPEC =
            RunFiles.defaults(HealthSpec.class).time();

    private static RunFacts facts(int lag, int window, boolean lossAtEveryStep) {
        OptionalInt known = lag == 0 ? OptionalInt.empty() : OptionalInt.of(lag);
        return new RunFacts(known, window, lossAtEveryStep, false, false, 9, block -> false, Baselines.NONE);
    }

    /** @param norm by steps back */
    private static TimeProfile profile(int length, DoubleUnaryOperator norm) {
        return new TimeProfile(
                "rnn",
                "forward",
                IntStream.range(0, length).boxed().toList(),
                IntStream.range(0, length)
                        .mapToObj(t -> norm.applyAsDouble(length - 1 - t))
                        .toList());
    }

    private static TimeProfile decaying(int length, double factor) {
        return profile(length, back -> Math.pow(factor, back));
    }

    private static List<String> told(List<Finding> findings) {
        return findings.stream().map(f -> f.severity() + " " + f.id()).toList();
    }

    @Test
    void aLagOutOfReachIsAnErrorOnlyWhenTrainingDoesNotMendIt() {
        TimeRules hopeless = new TimeRules(SPEC, facts(99, 0, false));
        TimeRules learning = new TimeRules(SPEC, facts(99, 0, false));
        TimeRules unknown = new TimeRules(SPEC, facts(0, 0, false));
        for (int look = 1; look <= TimeRules.PATIENCE; look++) {
            String severity = look < TimeRules.PATIENCE ? "WARNING" : "ERROR";
            assertEquals(
                    List.of(severity + " vanishing-through-time"), told(hopeless.look(List.of(decaying(100, 0.7)))));
            double better = 0.7 + 0.005 * look;
            assertEquals(
                    List.of("WARNING vanishing-through-time"), told(learning.look(List.of(decaying(100, better)))));
            assertEquals(List.of("WARNING vanishing-through-time"), told(unknown.look(List.of(decaying(100, 0.7)))));
        }
    }

    @Test
    void theLagOfTheRunFileGoesBeforeThatOfTheTask() {
        HealthSpec.Time near = RunFiles.defaults(HealthSpec.class, "time.lag=3").time();
        TimeRules rules = new TimeRules(near, facts(99, 0, false));
        List<Finding> last = List.of();
        for (int look = 0; look <= TimeRules.PATIENCE; look++) {
            last = rules.look(List.of(decaying(100, 0.7)));
        }
        assertEquals(List.of("WARNING vanishing-through-time"), told(last));
        assertEquals(3, last.get(0).evidence().get("lag"));
    }

    @Test
    void aGradientThatReachesBackIsNoFinding() {
        assertEquals(List.of(), new TimeRules(SPEC, facts(99, 0, false)).look(List.of(decaying(100, 0.99))));
        assertEquals(List.of(), new TimeRules(SPEC, facts(99, 0, false)).look(List.of(decaying(7, 0.1))));
        TimeProfile exploding = decaying(100, 1.2);
        assertEquals(
                List.of("ERROR exploding-through-time"),
                told(new TimeRules(SPEC, facts(0, 0, false)).look(List.of(exploding))));
    }

    @Test
    void aWindowIsTooShortForALongerLag() {
        assertEquals(
                List.of("WARNING short-truncation"),
                told(new TimeRules(SPEC, facts(30, 17, true)).look(List.of(decaying(17, 0.9)))));
        assertEquals(List.of(), new TimeRules(SPEC, facts(7, 17, true)).look(List.of(decaying(17, 0.9))));
    }

    @Test
    void aWindowIsTooShortForAGradientThatGoesOn() {
        TimeRules atTheEnd = new TimeRules(SPEC, facts(0, 33, false));
        assertEquals(List.of("WARNING short-truncation"), told(atTheEnd.look(List.of(decaying(33, 0.97)))));
        assertEquals(List.of(), atTheEnd.look(List.of(decaying(33, 0.85))));
        TimeRules everyStep = new TimeRules(SPEC, facts(0, 33, true));
        TimeProfile growing = profile(33, back -> 1 + back);
        TimeProfile settled = profile(33, back -> 1 - Math.pow(0.7, back + 1));
        assertEquals(List.of("WARNING short-truncation"), told(everyStep.look(List.of(growing))));
        assertEquals(List.of(), everyStep.look(List.of(settled)));
    }

    @Test
    void aRestoredRuleRemembersItsFirstLook() {
        TimeRules rules = new TimeRules(SPEC, facts(99, 0, false));
        for (int look = 1; look < TimeRules.PATIENCE; look++) {
            rules.look(List.of(decaying(100, 0.7)));
        }
        TimeRules restored = new TimeRules(SPEC, facts(99, 0, false));
        restored.restore(rules.state());
        assertTrue(told(restored.look(List.of(decaying(100, 0.7)))).contains("ERROR vanishing-through-time"));
    }
}
