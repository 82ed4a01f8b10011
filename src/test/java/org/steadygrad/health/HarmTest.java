package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Symptoms of runs that are as good as guessing, and of runs that are better. */
class HarmTest {
    private static final double GUESSING = 0.7;
    private static final HealthSpec SPEC = RunFiles.defaults(HealthSpec.class);
    private static final FlatLayout LAYOUT =
            new FlatLayout(List.of(new ParameterBlock("a", "W", 0, List.of(3L, 7L), ParameterBlock.Kind.TRAINED)));

    private static RunFacts facts(boolean penalised, int window) {
        Baselines baselines = new Baselines(
                List.of(new Baseline("guessing by the shares of the classes", GUESSING, Map.of("loss", GUESSING))));
        return new RunFacts(
                OptionalInt.empty(), window, true, false, true, 9, block -> false, baselines, penalised, 80);
    }

    /** @param validation loss of validations, every hundred steps; NaN for none */
    private static List<Finding> run(
            RunFacts facts, int steps, IntToDoubleFunction loss, double ratio, double validation) {
        HealthMonitor monitor = new HealthMonitor(SPEC, LAYOUT, facts, Prescriber.NONE, RunListener.NONE);
        GradientStatistics statistics = new GradientStatistics(LAYOUT, List.of(new GradientStatistics.Row(1, 1, 0, 0)));
        UpdateOutcome outcome =
                new UpdateOutcome(true, statistics, 1, List.of(new UpdateOutcome.BlockUpdate(2, 2 * ratio)));
        for (int i = 1; i <= steps; i++) {
            monitor.observe(i, loss.applyAsDouble(i), outcome, Optional.empty());
            if (i % 100 == 0 && Double.isFinite(validation)) {
                monitor.observeValidation(i, validation);
            }
        }
        return monitor.findings();
    }

    private static List<String> told(List<Finding> findings) {
        return findings.stream().map(f -> f.severity() + " " + f.id()).toList();
    }

    private static IntToDoubleFunction around(double level) {
        Random random = new Random(3);
        return step -> level * (1 + 0.1 * random.nextGaussian());
    }

    /** It creeps down where the mean is, five times as much as the last value would give: nothing was learnt. One far above both is on its way. */
    @Test
    void whoStaysAtTheMeanHasLearntNothing() {
        Baselines rules = new Baselines(List.of(
                new Baseline("guessing the mean", 0.12, Map.of("loss", 0.12)),
                new Baseline("repeating the last value", 0.023, Map.of("loss", 0.023))));
        RunFacts facts = new RunFacts(OptionalInt.empty(), 0, true, false, true, 9, block -> false, rules, false, 80);
        for (double level : new double[] {0.12, 3}) {
            IntToDoubleFunction noise = around(level);
            IntToDoubleFunction creeping = step -> noise.applyAsDouble(step) * (1 - (level == 3 ? 1e-3 : 1e-4) * step);
            assertEquals(
                    level == 3 ? List.of() : List.of("WARNING loss-plateau"),
                    told(run(facts, 500, creeping, 1e-3, level)));
        }
    }

    /** A loss that has fallen to that of guessing is no progress, however far it fell. */
    @Test
    void whatIsNoBetterThanGuessingIsTold() {
        IntToDoubleFunction noise = around(GUESSING);
        IntToDoubleFunction falling = step -> noise.applyAsDouble(step) + 3 * Math.exp(-step / 40.0);
        List<Finding> found = run(facts(false, 0), 500, falling, 1e-3, Double.NaN);
        assertEquals(List.of("WARNING loss-plateau"), told(found));
        assertTrue(
                found.get(0).message().startsWith("No better than guessing"),
                found.get(0).message());
        assertEquals(List.of("WARNING loss-plateau"), told(run(facts(false, 0), 500, around(GUESSING), 1e-3, 0.7)));
    }

    /** At the noise of the data nothing falls any more, and nothing has to. */
    @Test
    void aPlateauBelowGuessingIsForInformation() {
        assertEquals(List.of("INFO loss-plateau"), told(run(facts(false, 0), 500, around(0.6), 1e-3, Double.NaN)));
        assertEquals(List.of("INFO loss-plateau"), told(run(facts(false, 0), 500, around(0.6), 1e-3, 0.6)));
    }

    /** What a few large losses come to isn't known to be as bad as guessing. */
    @Test
    void meansOfHeavyTailsProveNothing() {
        IntToDoubleFunction heavy = step -> step % 25 == 0 ? 12 : 0.25;
        assertTrue(run(facts(false, 0), 500, heavy, 1e-3, Double.NaN).stream()
                .noneMatch(f -> f.message().contains("guessing")));
    }

    /** With penalties the training loss says nothing of the data; validations do. */
    @Test
    void penaltiesAreNoLossOfTheData() {
        assertEquals(List.of("WARNING loss-plateau"), told(run(facts(true, 0), 500, around(0.72), 1e-3, 0.7)));
        assertTrue(told(run(facts(true, 0), 500, around(3), 1e-3, 0.5)).stream()
                .noneMatch(told -> told.startsWith("WARNING")));
    }

    /** Small steps that have got somewhere were large enough. */
    @Test
    void smallStepsAreToldOnlyWhereLittleCameOfThem() {
        assertEquals(
                List.of("WARNING learning-rate-too-low"),
                told(run(facts(false, 0), 200, around(0.69), 1e-5, Double.NaN)));
        assertEquals(
                List.of("INFO learning-rate-too-low"), told(run(facts(false, 0), 200, around(0.4), 1e-5, Double.NaN)));
    }

    /** Waiting costs time, and a run that learns has nothing else the matter with it. */
    @Test
    void waitingIsToldAsAWarningOnlyWhereNothingIsLearnt() {
        assertEquals(List.of("WARNING stalled-input"), waiting(0.69));
        assertEquals(List.of("INFO stalled-input"), waiting(0.4));
    }

    private static List<String> waiting(double level) {
        HealthMonitor monitor = new HealthMonitor(SPEC, LAYOUT, facts(false, 0), Prescriber.NONE, RunListener.NONE);
        GradientStatistics statistics = new GradientStatistics(LAYOUT, List.of(new GradientStatistics.Row(1, 1, 0, 0)));
        UpdateOutcome outcome = new UpdateOutcome(true, statistics, 1, List.of(new UpdateOutcome.BlockUpdate(2, 2e-3)));
        IntToDoubleFunction loss = around(level);
        for (int i = 1; i <= 100; i++) {
            monitor.observeWaiting(0.05, 0.06);
            monitor.observe(i, loss.applyAsDouble(i), outcome, Optional.empty());
        }
        return told(monitor.findings());
    }

    /** A start that happened to be low isn't what divergence is measured by. */
    @Test
    void aLossUpToGuessingHasNotDiverged() {
        IntToDoubleFunction noise = around(0.6);
        assertEquals(
                List.of(),
                told(run(facts(false, 0), 200, step -> step < 6 ? 1e-5 : noise.applyAsDouble(step), 1e-3, 0.6)));
        IntToDoubleFunction high = around(3);
        assertEquals(
                List.of("ERROR diverging-loss"),
                told(run(facts(false, 0), 200, step -> step < 6 ? 1e-5 : high.applyAsDouble(step), 1e-3, Double.NaN)));
    }

    /** A dependency that no window holds leaves no trace but that nothing is learnt. */
    @Test
    void windowsThatTeachNothingAreTooShort() {
        assertEquals(
                List.of("WARNING short-truncation", "WARNING loss-plateau"),
                told(run(facts(false, 10), 500, around(GUESSING), 1e-3, 0.7)));
        assertTrue(told(run(facts(false, 10), 500, around(0.5), 1e-3, 0.5)).stream()
                .noneMatch(told -> told.contains("short-truncation")));
        assertTrue(told(run(facts(false, 60), 500, around(GUESSING), 1e-3, 0.7)).stream()
                .noneMatch(told -> told.contains("short-truncation")));
    }
}
