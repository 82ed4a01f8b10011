package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateOutcome.BlockUpdate;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Updates of different sizes, and what is said of them. */
class UpdateRatiosTest {
    private static final FlatLayout LAYOUT = new FlatLayout(List.of(
            new ParameterBlock("a", "W", 0, List.of(3L, 7L), ParameterBlock.Kind.TRAINED),
            new ParameterBlock("b", "W", 21, List.of(7L, 3L), ParameterBlock.Kind.TRAINED),
            new ParameterBlock("b", "b", 42, List.of(1L, 3L), ParameterBlock.Kind.TRAINED)));

    private static Finding finding(FindingKind kind, Map<String, Double> evidence) {
        return Finding.seen(kind, Severity.WARNING, "a", "It is so.", evidence);
    }

    private static UpdateRatios ratios(Map<String, Double> evidence) {
        return UpdateRatios.of(finding(FindingKind.UPDATES_TOO_SMALL, evidence));
    }

    @Test
    void theLargestSaysHowFarTheRateMayRise() {
        assertEquals(
                4, ratios(Map.of("medianRatio", 1e-9, "largestRatio", 2.5e-4)).room(), 1e-9);
        assertEquals(4, ratios(Map.of("ratio", 2.5e-4)).room(), 1e-9);
        assertEquals(4, ratios(Map.of("largestRatio", 2.5e-4)).room(), 1e-9);
        assertEquals(
                0.01, ratios(Map.of("medianRatio", 0.1, "largestRatio", 0.001)).room(), 1e-9);
        assertEquals(Double.POSITIVE_INFINITY, ratios(Map.of()).room());
        assertFalse(ratios(Map.of("medianRatio", Double.NaN, "largestRatio", Double.POSITIVE_INFINITY))
                .known());
        assertThrows(InvalidInputException.class, () -> new UpdateRatios(2, 1));
        assertThrows(InvalidInputException.class, () -> new UpdateRatios(Double.NaN, 1));
    }

    @Test
    void updatesTenTimesApartAreUneven() {
        assertTrue(ratios(Map.of("medianRatio", 1e-7, "largestRatio", 1e-5)).uneven());
        assertTrue(ratios(Map.of("medianRatio", 0.0, "largestRatio", 1e-30)).uneven());
        assertFalse(ratios(Map.of("medianRatio", 1e-7, "largestRatio", 7e-7)).uneven());
        assertFalse(ratios(Map.of("medianRatio", 1e-7)).uneven());
        assertFalse(ratios(Map.of("largestRatio", 1e-7)).uneven());
        assertFalse(ratios(Map.of()).uneven());
        Map<String, Double> uneven = Map.of("medianRatio", 1e-9, "largestRatio", 1e-3);
        assertTrue(UpdateRatios.starved(finding(FindingKind.UPDATES_TOO_SMALL, uneven)));
        assertFalse(UpdateRatios.starved(finding(FindingKind.LEARNING_RATE_TOO_LOW, uneven)));
    }

    private static HealthMonitor monitor(String... settings) {
        return new HealthMonitor(
                RunFiles.defaults(HealthSpec.class, settings),
                LAYOUT,
                RunFacts.NONE,
                Prescriber.NONE,
                RunListener.NONE);
    }

    /** @param first gradient of the first of five layers as a share of the last one's */
    private static Optional<StepTrace> trace(double first) {
        List<LayerTrace> layers = new ArrayList<>();
        for (int depth = 1; depth <= 5; depth++) {
            double norm = Math.pow(first, (5 - depth) / 4.0);
            layers.add(new LayerTrace("layer" + depth, depth, "tanh", norm, 0, 1, 0, 0));
        }
        return Optional.of(new StepTrace(layers, List.of(), Optional.empty()));
    }

    /**
     * Steps 1 to 100.
     *
     * @param a update-to-weight ratio of the first matrix
     * @param b of the second; the bias after it moves by all of its size
     * @param vanishing last step at which the gradient vanishes
     */
    private static List<Finding> run(double a, double b, int vanishing, String... settings) {
        HealthMonitor monitor = monitor(settings);
        GradientStatistics.Row row = new GradientStatistics.Row(1, 1, 0, 0);
        GradientStatistics statistics = new GradientStatistics(LAYOUT, List.of(row, row, row));
        for (int i = 1; i <= 100; i++) {
            List<BlockUpdate> updates =
                    List.of(new BlockUpdate(2, 2 * a), new BlockUpdate(3, 3 * b), new BlockUpdate(1, 1));
            UpdateOutcome outcome = new UpdateOutcome(true, statistics, 1, updates);
            monitor.observe(i, 1.0 / i, outcome, i % 10 == 0 ? trace(i <= vanishing ? 1e-8 : 0.5) : Optional.empty());
        }
        return monitor.findings();
    }

    private static List<String> ids(List<Finding> findings) {
        return findings.stream().map(f -> f.id() + " " + f.layer()).toList();
    }

    @Test
    void theLargestRatioOfAllWeightMatricesIsEvidence() {
        List<Finding> found = run(1e-8, 2e-3, 0);
        assertEquals(List.of("updates-too-small a"), ids(found));
        assertEquals(1e-8, found.get(0).evidence().get("medianRatio"), 1e-14);
        assertEquals(2e-3, found.get(0).evidence().get(UpdateRatios.LARGEST), 1e-9);
        assertTrue(found.get(0).message().contains("2.0e-03"), found.get(0).message());
    }

    @Test
    void smallUpdatesBesideAVanishingGradientAreItsSymptom() {
        assertEquals(List.of("vanishing-gradient layer1"), ids(run(1e-8, 2e-3, 100)));
        assertEquals(List.of("updates-too-small a"), ids(run(1e-8, 2e-3, 100, "ignore=[vanishing-gradient]")));
        assertEquals(
                List.of("updates-too-small a", "vanishing-gradient layer1"),
                ids(run(1e-8, 2e-3, 30)),
                "what lasts longer than the cause isn't its symptom, and stands before what has ended");
        assertEquals(
                List.of("vanishing-gradient layer1", "updates-too-small a", "updates-too-small b"),
                ids(run(1e-8, 2e-8, 100)),
                "where nothing moves, steps are too small as well");
    }
}
