package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

class HealthMonitorTest {
    private static final HealthSpec SPEC = RunFiles.defaults(HealthSpec.class);
    private static final FlatLayout LAYOUT =
            new FlatLayout(List.of(new ParameterBlock("a", "W", 0, List.of(3L, 7L), ParameterBlock.Kind.TRAINED)));

    private static HealthMonitor monitor() {
        return monitor(block -> false);
    }

    private static HealthMonitor monitor(Predicate<ParameterBlock> underflowing) {
        return new HealthMonitor(
                SPEC, LAYOUT, RunFacts.NONE.underflowing(underflowing), Prescriber.NONE, RunListener.NONE);
    }

    private static UpdateOutcome outcome(double gradientNorm, double updateRatio) {
        long nonFinite = Double.isFinite(gradientNorm) ? 0 : 1;
        GradientStatistics statistics = new GradientStatistics(
                LAYOUT, List.of(new GradientStatistics.Row(gradientNorm * gradientNorm, gradientNorm, nonFinite, 0)));
        return new UpdateOutcome(
                nonFinite == 0, statistics, 1, List.of(new UpdateOutcome.BlockUpdate(2, 2 * updateRatio)));
    }

    private static List<String> ids(HealthMonitor monitor) {
        return monitor.findings().stream().map(Finding::id).toList();
    }

    private static HealthMonitor steps(int count, double updateRatio) {
        HealthMonitor monitor = monitor();
        for (int i = 0; i < count; i++) {
            monitor.observe(i, 1.0 / (1 + i), outcome(1, updateRatio), Optional.empty());
        }
        return monitor;
    }

    @Test
    void updatesAreJudgedByTheirSizeRelativeToTheWeights() {
        assertEquals(List.of(), ids(steps(200, 1e-3)));
        assertEquals(List.of("updates-too-small"), ids(steps(200, 1e-8)));
        assertEquals(List.of("updates-too-large"), ids(steps(200, 0.3)));
        assertEquals(List.of("unchanging-parameter"), ids(steps(200, 0)));
        assertEquals(List.of(), ids(steps(StepHistory.LOOK_EVERY * FindingLog.PERSISTENCE - 1, 0.3)));
    }

    /** @param zeros number of elements of the gradient that are 0, of 21 */
    private static List<String> idsWithZeros(int zeros, boolean underflowing) {
        HealthMonitor monitor = monitor(block -> underflowing);
        GradientStatistics statistics =
                new GradientStatistics(LAYOUT, List.of(new GradientStatistics.Row(1e-12, 1e-6, 0, zeros)));
        for (int i = 0; i < 200; i++) {
            UpdateOutcome outcome =
                    new UpdateOutcome(true, statistics, 1, List.of(new UpdateOutcome.BlockUpdate(2, 2e-3)));
            monitor.observe(i, 1.0 / (1 + i), outcome, Optional.empty());
        }
        return ids(monitor);
    }

    @Test
    void gradientsThatUnderflowAreTold() {
        assertEquals(List.of("gradient-underflow"), idsWithZeros(11, true));
        assertEquals(List.of(), idsWithZeros(10, true));
        assertEquals(List.of(), idsWithZeros(21, false));
    }

    @Test
    void aScaleThatIsTooLargeIsNoFinding() {
        HealthMonitor monitor = monitor();
        UpdateOutcome refused = outcome(Double.POSITIVE_INFINITY, 0);
        UpdateOutcome rescaled = new UpdateOutcome(false, refused.gradient(), 1, refused.blocks(), true);
        StepTrace trace = new StepTrace(
                List.of(),
                List.of(),
                Optional.of(new StepTrace.NonFiniteOrigin("a", "gradient", -1, Double.POSITIVE_INFINITY)));
        monitor.observe(1, 1, rescaled, Optional.of(trace));
        assertEquals(List.of(), ids(monitor));
        monitor.observe(2, 1, refused, Optional.of(trace));
        assertEquals(List.of("non-finite"), ids(monitor).stream().distinct().toList());
    }

    @Test
    void aLossThatJumpsAboutAndDoesNotFallOscillates() {
        HealthMonitor jumping = monitor();
        HealthMonitor noisy = monitor();
        Random random = new Random(3);
        for (int i = 0; i < 300; i++) {
            jumping.observe(i, i % 2 == 0 ? 0.5 : 3, outcome(1, 1e-3), Optional.empty());
            noisy.observe(i, 1 + 0.2 * random.nextGaussian(), outcome(1, 1e-3), Optional.empty());
        }
        assertEquals(List.of("oscillating-loss"), ids(jumping));
        assertEquals(List.of(), ids(noisy));
    }

    @Test
    void aGradientFarAboveItsOwnHistoryIsASpike() {
        HealthMonitor monitor = monitor();
        for (int i = 0; i < 200; i++) {
            monitor.observe(i, 1, outcome(i % 50 == 49 ? 1e4 : 1, 1e-3), Optional.empty());
        }
        assertEquals(List.of("gradient-spikes"), ids(monitor));
    }

    @Test
    void aNonFiniteGradientIsToldAtOnce() {
        HealthMonitor monitor = monitor();
        List<Finding> raised = monitor.observe(4, 1, outcome(Double.NaN, 0), Optional.empty());
        assertEquals("non-finite", raised.get(0).id());
        assertTrue(raised.get(0).message().contains("in a"), raised.get(0).message());
        assertEquals(1, monitor.summary().skippedSteps());
    }

    @Test
    void aRestoredMonitorGoesOnAsIfNothingHadHappened() throws IOException {
        HealthMonitor whole = steps(110, 0.3);
        ObjectMapper json = new ObjectMapper();
        HealthMonitor restored = monitor();
        restored.restore(json.readTree(json.writeValueAsString(steps(50, 0.3).state())));
        for (int i = 50; i < 110; i++) {
            restored.observe(i, 1.0 / (1 + i), outcome(1, 0.3), Optional.empty());
        }
        assertEquals(whole.state(), restored.state());
        assertEquals(whole.findings(), restored.findings());
        assertThrows(InvalidInputException.class, () -> monitor().restore(json.readTree("{}")));
    }

    @Test
    void aFreshMonitorsStateSurvivesJsonWithItsNaN() throws IOException {
        ObjectMapper json = new ObjectMapper();
        HealthMonitor restored = monitor();
        restored.restore(json.readTree(json.writeValueAsString(monitor().state())));
        assertEquals(0, restored.summary().steps());
    }

    @Test
    void theOriginOfAPassThatFailedIsToldAtOnce() {
        StepTrace trace = new StepTrace(
                List.of(),
                List.of(),
                Optional.of(new StepTrace.NonFiniteOrigin("b", "activation", 3, Double.POSITIVE_INFINITY)));
        List<Finding> raised = monitor().observeNonFinite(8, trace, "Because of b.", Map.of("number", 7.0));
        assertEquals("b", raised.get(0).layer());
        assertEquals(8, raised.get(0).firstIteration());
        assertTrue(
                raised.get(0).message().contains("time step 3"), raised.get(0).message());
    }
}
