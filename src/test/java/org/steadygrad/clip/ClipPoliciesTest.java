package org.steadygrad.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.spec.ClipSpec;

class ClipPoliciesTest {
    static Stream<ClipSpec> all() {
        return Stream.of(
                new ClipSpec.None(),
                new ClipSpec.Value(0.5),
                new ClipSpec.TensorNorm(2),
                new ClipSpec.LayerNorm(3),
                new ClipSpec.GlobalNorm(1),
                new ClipSpec.UnitRatio(0.01, 1e-3),
                new ClipSpec.HistoryQuantile(10, 0),
                new ClipSpec.HistoryQuantile(50, 7),
                new ClipSpec.ZScore(0.9, 2.5, 9));
    }

    @Test
    void fixedSettingsBecomeTheirRules() {
        assertEquals(new ClipRule.None(), decide(new ClipSpec.None()));
        assertEquals(new ClipRule.ByValue(0.5), decide(new ClipSpec.Value(0.5)));
        assertEquals(new ClipRule.ByTensorNorm(2), decide(new ClipSpec.TensorNorm(2)));
        assertEquals(new ClipRule.ByLayerNorm(3), decide(new ClipSpec.LayerNorm(3)));
        assertEquals(new ClipRule.ByGlobalNorm(1), decide(new ClipSpec.GlobalNorm(1)));
        assertEquals(new ClipRule.ByUnitRatio(0.02, 1e-4), decide(new ClipSpec.UnitRatio(0.02, 1e-4)));
    }

    private static ClipRule decide(ClipSpec spec) {
        return ClipPolicies.of(spec).decide(7);
    }

    @ParameterizedTest
    @MethodSource("all")
    void normsThatAreNotFiniteAreRefused(ClipSpec spec) {
        ClipPolicy policy = ClipPolicies.of(spec);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            assertThrows(InvalidInputException.class, () -> policy.decide(bad));
        }
    }

    /** Interrupted after every number of steps, within the warm-up, at its end, with a ring half full and full. */
    @ParameterizedTest
    @MethodSource("all")
    void resumingGivesTheDecisionsOfAnUninterruptedRun(ClipSpec spec) {
        double[] norms = new Random(3).doubles(40, 0, 10).toArray();
        List<ClipRule> expected = run(ClipPolicies.of(spec), norms, 0, norms.length);
        for (int stop = 0; stop <= norms.length; stop++) {
            ClipPolicy first = ClipPolicies.of(spec);
            List<ClipRule> decisions = new ArrayList<>(run(first, norms, 0, stop));
            ClipPolicy second = ClipPolicies.of(spec);
            second.decide(1e6);
            if (first.state().isEmpty()) {
                assertTrue(second.state().isEmpty());
            }
            second.restore(first.state());
            decisions.addAll(run(second, norms, stop, norms.length));
            assertEquals(expected, decisions, "interrupted after " + stop);
        }
    }

    private static List<ClipRule> run(ClipPolicy policy, double[] norms, int from, int to) {
        List<ClipRule> decisions = new ArrayList<>();
        for (int i = from; i < to; i++) {
            decisions.add(policy.decide(norms[i]));
        }
        return decisions;
    }

    @ParameterizedTest
    @MethodSource("all")
    void anotherPolicysStateIsRefused(ClipSpec spec) {
        ClipPolicy policy = ClipPolicies.of(spec);
        assertThrows(InvalidInputException.class, () -> policy.restore(Map.of("else", new double[] {1})));
        policy.state()
                .keySet()
                .forEach(key -> assertThrows(
                        InvalidInputException.class, () -> policy.restore(Map.of(key, new double[] {Double.NaN}))));
    }

    @Test
    void aLongerHistoryThanTheWindowIsRefused() {
        ClipPolicy policy = ClipPolicies.of(new ClipSpec.HistoryQuantile(10, 3));
        assertThrows(InvalidInputException.class, () -> policy.restore(Map.of("norms", new double[4])));
    }

    @ParameterizedTest
    @CsvSource({"10,0", "0,0", "100,0", "50,1", "37.5,3", "90,7", "10,8", "25,33"})
    void historyQuantileEqualsANaiveSort(double percentile, int window) {
        ClipPolicy policy = ClipPolicies.of(new ClipSpec.HistoryQuantile(percentile, window));
        Random random = new Random(window);
        List<Double> norms = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            // Few distinct values, so that equal ones come and go.
            double norm = random.nextInt(20) * (step % 50 == 0 ? 1e6 : 0.1);
            norms.add(norm);
            int from = window == 0 ? 0 : Math.max(0, norms.size() - window);
            List<Double> sorted =
                    norms.subList(from, norms.size()).stream().sorted().toList();
            double position = percentile / 100 * (sorted.size() - 1);
            double low = sorted.get((int) Math.floor(position));
            double high = sorted.get((int) Math.ceil(position));
            double expected = low + (position - Math.floor(position)) * (high - low);
            ClipRule.ByGlobalNorm rule = (ClipRule.ByGlobalNorm) policy.decide(norm);
            assertEquals(expected, rule.maxNorm(), 1e-9 * (1 + expected), "step " + step);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 50_000})
    void historyQuantileOfAHundredThousandStepsTakesSeconds(int window) {
        ClipPolicy policy = ClipPolicies.of(new ClipSpec.HistoryQuantile(10, window));
        Random random = new Random(1);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 100_000; i++) {
                policy.decide(random.nextDouble());
            }
        });
        double maxNorm = ((ClipRule.ByGlobalNorm) policy.decide(0.5)).maxNorm();
        assertEquals(0.1, maxNorm, 0.01);
    }

    /** By hand: warm-up 2, 4 gives m = 3, s^2 = 1. */
    @Test
    void zScoreFollowsHandComputedSteps() {
        ClipPolicy policy = ClipPolicies.of(new ClipSpec.ZScore(0.5, 2, 2));
        assertEquals(new ClipRule.None(), policy.decide(2));
        assertEquals(new ClipRule.None(), policy.decide(4));
        assertEquals(Map.of("mean", 3.0, "variance", 1.0), numbers(policy));

        // z = 1 passes; m = (3 + 4) / 2 = 3.5, s^2 = (1 + 0.25) / 2 = 0.625
        assertEquals(new ClipRule.None(), policy.decide(4));
        assertEquals(Map.of("mean", 3.5, "variance", 0.625), numbers(policy));

        // z = 6.5 / sqrt(0.625) = 8.22; limit = 3.5 + 4 * 0.625 / 6.5 = 3.884615
        double limit = 3.5 + 2.5 / 6.5;
        ClipRule.ByGlobalNorm rule = (ClipRule.ByGlobalNorm) policy.decide(10);
        assertEquals(limit, rule.maxNorm(), 1e-12);
        double mean = (3.5 + limit) / 2;
        assertEquals(mean, numbers(policy).get("mean"), 1e-12);
        assertEquals(
                (0.625 + (limit - mean) * (limit - mean)) / 2, numbers(policy).get("variance"), 1e-12);
    }

    private static Map<String, Double> numbers(ClipPolicy policy) {
        Map<String, double[]> state = policy.state();
        return Map.of("mean", state.get("mean")[0], "variance", state.get("variance")[0]);
    }

    @Test
    void zScoreOfEqualNormsPullsBackToTheMean() {
        ClipPolicy policy = ClipPolicies.of(new ClipSpec.ZScore(0.9, 2.5, 3));
        for (int i = 0; i < 3; i++) {
            policy.decide(2);
        }
        assertEquals(new ClipRule.None(), policy.decide(2));
        assertEquals(new ClipRule.ByGlobalNorm(2), policy.decide(2.5));
        assertEquals(new ClipRule.None(), policy.decide(1.5));
    }
}
