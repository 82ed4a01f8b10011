package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Courses of loss, update size and clipping that are made up, and what is said of them. */
class StepRulesTest {
    private static final HealthSpec SPEC = RunFiles.defaults(HealthSpec.class);
    private static final FlatLayout LAYOUT =
            new FlatLayout(List.of(new ParameterBlock("a", "W", 0, List.of(3L, 7L), ParameterBlock.Kind.TRAINED)));
    private static final RunFacts CLIPPED =
            new RunFacts(OptionalInt.empty(), 0, false, false, true, 9, block -> false, Baselines.NONE);

    private static UpdateOutcome outcome(double ratio, double clipScale) {
        GradientStatistics statistics = new GradientStatistics(LAYOUT, List.of(new GradientStatistics.Row(1, 1, 0, 0)));
        return new UpdateOutcome(true, statistics, clipScale, List.of(new UpdateOutcome.BlockUpdate(2, 2 * ratio)));
    }

    /** @return severity and id of what is found, causes first */
    private static List<String> run(int steps, IntToDoubleFunction loss, double ratio, double clipScale) {
        HealthMonitor monitor = new HealthMonitor(SPEC, LAYOUT, CLIPPED, Prescriber.NONE, RunListener.NONE);
        for (int i = 1; i <= steps; i++) {
            monitor.observe(i, loss.applyAsDouble(i), outcome(ratio, clipScale), Optional.empty());
        }
        return told(monitor.findings());
    }

    private static List<String> told(List<Finding> findings) {
        return findings.stream().map(f -> f.severity() + " " + f.id()).toList();
    }

    private static double falling(int step) {
        return 0.1 + 2 * Math.exp(-step / 50.0);
    }

    @Test
    void aLossThatFallsIsFine() {
        assertEquals(List.of(), run(400, StepRulesTest::falling, 1e-3, 1));
    }

    @Test
    void aLossThatRisesDivergesAndLargeStepsAreTheCause() {
        IntToDoubleFunction rising = step -> 1 + 0.05 * step;
        assertEquals(List.of("ERROR diverging-loss"), run(100, rising, 1e-3, 1));
        assertEquals(List.of("ERROR learning-rate-too-high", "ERROR diverging-loss"), run(100, rising, 0.08, 1));
        IntToDoubleFunction back = step -> step < 200 ? falling(step) : 2.5;
        assertEquals(List.of("ERROR diverging-loss"), run(300, back, 1e-3, 1));
    }

    /** Weights of a row that is never drawn again stay as they are, and the loss finite. */
    @Test
    void updatesOfWeightsThatArentFiniteSayNothing() {
        assertEquals(List.of(), run(100, StepRulesTest::falling, Double.NaN, 1));
    }

    @Test
    void aPlateauIsToldOnlyHighUp() {
        Random random = new Random(5);
        IntToDoubleFunction flat = step -> 1 + 0.1 * random.nextGaussian();
        assertEquals(List.of("WARNING loss-plateau"), run(400, flat, 1e-3, 1));
        assertEquals(List.of(), run(300, flat, 1e-3, 1));
        assertEquals(
                List.of(),
                run(900, StepRulesTest::falling, 1e-3, 1).stream()
                        .filter(f -> f.contains("plateau"))
                        .toList());
    }

    @Test
    void spikesOfTheLossAreCounted() {
        assertEquals(List.of("INFO loss-spikes"), run(200, step -> step % 30 == 29 ? 9 : falling(step), 1e-3, 1));
        assertEquals(List.of("WARNING loss-spikes"), run(200, step -> step % 30 > 25 ? 9 : falling(step), 1e-3, 1));
        assertEquals(List.of(), run(200, step -> step == 129 ? 9 : falling(step), 1e-3, 1));
    }

    @Test
    void smallStepsAndASlowLossMeanALowLearningRate() {
        IntToDoubleFunction slow = step -> 2 - 1e-3 * step;
        assertEquals(List.of("WARNING learning-rate-too-low"), run(200, slow, 1e-5, 1));
        assertEquals(List.of(), run(200, slow, 1e-3, 1));
        assertEquals(List.of(), run(200, StepRulesTest::falling, 1e-5, 1));
    }

    @Test
    void clippingHarmsOnlyWhenItMakesStepsSmall() {
        IntToDoubleFunction slow = step -> 2 - 1e-3 * step;
        assertEquals(List.of("WARNING clip-always"), run(200, slow, 1e-5, 1e-4));
        assertEquals(List.of("WARNING learning-rate-too-low", "INFO clip-always"), run(200, slow, 1e-6, 0.1));
        assertEquals(List.of("INFO clip-always"), run(200, StepRulesTest::falling, 1e-3, 0.01));
        assertEquals(List.of("INFO clip-never"), run(600, StepRulesTest::falling, 1e-3, 1));
    }

    @Test
    void aStepThatMadeNumbersInfiniteWasTooLarge() {
        HealthMonitor monitor = new HealthMonitor(SPEC, LAYOUT, CLIPPED, Prescriber.NONE, RunListener.NONE);
        monitor.observe(1, 1, outcome(30, 1), Optional.empty());
        monitor.observeFailed(2, Double.NaN);
        assertEquals(List.of("ERROR learning-rate-too-high", "ERROR non-finite"), told(monitor.findings()));
        assertEquals(1, monitor.summary().skippedSteps());
    }
}
