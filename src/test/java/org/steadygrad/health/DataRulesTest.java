package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

class DataRulesTest {
    private static final HealthSpec.Data SPEC =
            RunFiles.defaults(HealthSpec.class).data();

    private static DataRules rules(boolean symbols, int batchesPerEpoch) {
        return new DataRules(
                SPEC,
                new RunFacts(
                        OptionalInt.empty(),
                        0,
                        false,
                        symbols,
                        false,
                        batchesPerEpoch,
                        block -> false,
                        Baselines.NONE));
    }

    /** [batch, columns, time] of numbers that are all different. */
    private static INDArray numbers(long... shape) {
        return Nd4j.linspace(1, 9, Nd4j.zeros(shape).length()).reshape('c', shape);
    }

    private static MultiDataSet batch(INDArray features) {
        return new MultiDataSet(features, Nd4j.ones(features.size(0), 1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e6, -1e6})
    void aBadValueIsNamedByItsPlace(double value) {
        INDArray features = numbers(3, 7, 17);
        features.putScalar(new int[] {2, 5, 11}, value);
        DataRules rules = rules(false, 9);
        assertBadPlace(rules.look(1, batch(features)).now());
        assertEquals(List.of(), rules.look(2, batch(numbers(3, 7, 17))).now());
        assertBadPlace(rules.look(3, batch(features)).now());
        assertBadPlace(rules.look(4, batch(features.dup('f'))).now());
    }

    /** What stands where there is no data is nobody's business, however the mask and the array are shaped. */
    @Test
    void valuesUnderMasksAreNotLookedAt() {
        INDArray features = numbers(3, 7, 17);
        INDArray featureMask = Nd4j.ones(3, 17);
        features.putScalar(new int[] {2, 5, 11}, Double.NaN);
        featureMask.putScalar(2, 11, 0);
        INDArray labels = numbers(3, 2, 17);
        INDArray byElement = Nd4j.ones(3, 2, 17);
        labels.putScalar(new int[] {1, 1, 4}, Double.POSITIVE_INFINITY);
        byElement.putScalar(new int[] {1, 1, 4}, 0);
        assertEquals(
                List.of(),
                rules(false, 9)
                        .look(1, batch(features, labels, featureMask, byElement))
                        .now());
        INDArray oneLabel = numbers(3, 2);
        oneLabel.putScalar(1, 0, Double.NaN);
        INDArray byRow = Nd4j.ones(3, 1);
        byRow.putScalar(1, 0, 0);
        assertEquals(
                List.of(),
                rules(false, 9)
                        .look(1, batch(features, oneLabel, featureMask, byRow))
                        .now());
        byRow.putScalar(1, 0, 1);
        List<Finding> seen = rules(false, 9)
                .look(1, batch(features, oneLabel, featureMask, byRow))
                .now();
        assertEquals(1, seen.size());
        assertTrue(
                seen.get(0).message().contains("label 0 of example 1"),
                seen.get(0).message());
    }

    private static MultiDataSet batch(INDArray features, INDArray labels, INDArray featureMask, INDArray labelMask) {
        return new MultiDataSet(
                new INDArray[] {features}, new INDArray[] {labels}, new INDArray[] {featureMask}, new INDArray[] {
                    labelMask
                });
    }

    private static void assertBadPlace(List<Finding> now) {
        assertEquals(List.of("bad-input"), now.stream().map(Finding::id).toList());
        assertEquals(2, now.get(0).evidence().get("row"));
        assertEquals(5, now.get(0).evidence().get("column"));
        assertEquals(11, now.get(0).evidence().get("timeStep"));
        assertTrue(
                now.get(0).message().contains("feature 5 of example 2"),
                now.get(0).message());
    }

    @Test
    void orderAndViewsOfAnArrayDoNotMatter() {
        INDArray wide = numbers(3, 9, 17);
        wide.putScalar(new int[] {1, 4, 3}, Double.NaN);
        INDArray view = wide.permute(0, 2, 1);
        List<Finding> now = rules(false, 9).look(1, batch(view)).now();
        assertEquals(3, now.get(0).evidence().get("column"));
        assertEquals(4, now.get(0).evidence().get("timeStep"));
    }

    @Test
    void symbolNumbersMayBeLargeButNotNaN() {
        INDArray symbols = numbers(3, 1, 7).mul(1e6);
        assertEquals(List.of(), rules(true, 9).look(1, batch(symbols)).now());
        symbols.putScalar(4, Double.NaN);
        assertEquals(1, rules(true, 9).look(1, batch(symbols)).now().size());
    }

    @Test
    void maskedStepsAreNotLookedAt() {
        INDArray features = numbers(2, 3, 5);
        features.putScalar(new int[] {1, 2, 4}, Double.NaN);
        INDArray mask = Nd4j.ones(2, 5);
        mask.putScalar(1, 4, 0);
        MultiDataSet batch = new MultiDataSet(
                new INDArray[] {features}, new INDArray[] {Nd4j.ones(2, 1)}, new INDArray[] {mask}, null);
        DataRules rules = rules(false, 9);
        assertEquals(List.of(), rules.look(1, batch).now());
        assertEquals(List.of(), rules.look(2, batch).now());
        mask.putScalar(1, 4, 1);
        assertEquals(1, rules.look(3, batch).now().size());
    }

    @Test
    void badLabelsAreToldAsLabels() {
        MultiDataSet batch = new MultiDataSet(numbers(3, 2), Nd4j.create(new float[][] {{1, 2}, {3, 1e9f}, {5, 6}}));
        String message = rules(false, 9).look(1, batch).now().get(0).message();
        assertTrue(message.contains("label 1 of example 1"), message);
    }

    @Test
    void aFeatureThatNeverVariesIsConstantUntilItDoes() {
        DataRules rules = rules(false, 9);
        INDArray features = numbers(33, 3);
        features.putColumn(1, Nd4j.valueArrayOf(new long[] {33}, 4.0).castTo(features.dataType()));
        Finding found = rules.look(1, batch(features)).features().get(0);
        assertEquals("constant-input", found.id());
        assertEquals(1, found.evidence().get("column"));
        assertEquals(List.of(), rules.look(2, batch(numbers(33, 3))).features());
    }

    @Test
    void keysThatAreNeverStruckAreLeftAlone() {
        INDArray roll = Nd4j.zeros(33, 7);
        roll.putScalar(0, 3, 1);
        assertEquals(List.of(), rules(false, 9).look(1, batch(roll)).features());
        roll.putColumn(5, Nd4j.ones(33));
        assertEquals(1, rules(false, 9).look(1, batch(roll)).features().size());
    }

    @Test
    void onlyTheBatchOfTheStepBeforeCountsAsRepeated() {
        DataRules rules = rules(false, 9);
        assertNull(rules.look(1, batch(numbers(3, 7))).order());
        assertEquals(1, rules.look(2, batch(numbers(3, 7))).order().size());
        assertNull(rules.look(10, batch(numbers(3, 7))).order());
        assertEquals(0, rules.look(11, batch(numbers(3, 7).addi(1))).order().size());
        DataRules wholeSet = rules(false, 1);
        wholeSet.look(1, batch(numbers(3, 7)));
        assertEquals(0, wholeSet.look(2, batch(numbers(3, 7))).order().size());
    }
}
