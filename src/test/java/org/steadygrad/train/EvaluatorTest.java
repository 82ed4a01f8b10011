package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.data.DataDescription.TargetKind;

class EvaluatorTest {

    private static MultiDataSet batch(INDArray labels, INDArray mask) {
        return new MultiDataSet(
                new INDArray[] {Nd4j.zeros(1)},
                new INDArray[] {labels},
                null,
                mask == null ? null : new INDArray[] {mask});
    }

    @Test
    void classesAreScoredByLikelihoodAndRank() {
        Evaluator evaluator = new Evaluator(TargetKind.CLASS, 2);
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}});
        INDArray output = Nd4j.createFromArray(new float[][] {{0.5f, 0.5f}, {0.25f, 0.75f}, {0.125f, 0.875f}});
        evaluator.add(batch(labels, null), output);
        Map<String, Double> metrics = evaluator.metrics();
        double expected = (Math.log(2) + Math.log(4 / 3.0) + Math.log(8)) / 3;
        assertEquals(expected, metrics.get("loss"), 1e-6);
        assertEquals(Math.exp(expected), metrics.get("perplexity"), 1e-5);
        assertEquals(2 / 3.0, metrics.get("accuracy"), 1e-9);
    }

    @Test
    void maskedStepsCountForNothing() {
        INDArray labels = Nd4j.zeros(1, 2, 3);
        labels.putScalar(0, 0, 0, 1);
        labels.putScalar(0, 1, 1, 1);
        labels.putScalar(0, 1, 2, 1);
        INDArray output = Nd4j.valueArrayOf(new long[] {1, 2, 3}, 0.5f);
        output.putScalar(0, 1, 2, 1e-9);
        Evaluator evaluator = new Evaluator(TargetKind.CLASS_PER_STEP, 2);
        evaluator.add(batch(labels, Nd4j.createFromArray(new float[][] {{1, 1, 0}})), output);
        assertEquals(1, evaluator.metrics().get("bitsPerCharacter"), 1e-6);
    }

    @Test
    void fullyMaskedBatchGivesNoMetrics() {
        Evaluator evaluator = new Evaluator(TargetKind.NUMBERS_PER_STEP, 1);
        evaluator.add(batch(Nd4j.zeros(2, 1, 3), Nd4j.zeros(2, 3)), Nd4j.zeros(2, 1, 3));
        assertTrue(evaluator.metrics().isEmpty());
    }

    @Test
    void impossibleLabelCostsMuchButNotInfinitelyMuch() {
        Evaluator evaluator = new Evaluator(TargetKind.CLASS, 2);
        evaluator.add(
                batch(Nd4j.createFromArray(new float[][] {{1, 0}}), null),
                Nd4j.createFromArray(new float[][] {{0, 1}}));
        assertEquals(-Math.log(Math.ulp(1.0)), evaluator.metrics().get("loss"), 1e-9, "as scikit-learn's log_loss");
    }

    @Test
    void keysAreScoredPerFrame() {
        INDArray labels = Nd4j.createFromArray(new float[] {1, 0, 1, 1}).reshape(1, 2, 2);
        INDArray output =
                Nd4j.createFromArray(new float[] {0.9f, 0.2f, 0.4f, 0.8f}).reshape(1, 2, 2);
        Evaluator evaluator = new Evaluator(TargetKind.KEYS_PER_STEP, 2);
        evaluator.add(batch(labels, null), output);
        double likelihood = -(Math.log(0.9) + Math.log(0.8) + Math.log(0.4) + Math.log(0.8));
        assertEquals(likelihood / 2, evaluator.metrics().get("nllPerFrame"), 1e-5);
        assertEquals(2 / 3.0, evaluator.metrics().get("accuracy"), 1e-9);
        assertEquals(0.8, evaluator.metrics().get("f1"), 1e-9);
    }

    @Test
    void numbersAreScoredByMeanErrors() {
        Evaluator evaluator = new Evaluator(TargetKind.NUMBERS, 1);
        evaluator.add(
                batch(Nd4j.createFromArray(new float[][] {{1}, {2}}), null),
                Nd4j.createFromArray(new float[][] {{2}, {-1}}));
        evaluator.add(
                batch(Nd4j.createFromArray(new float[][] {{0}, {0}}), null),
                Nd4j.createFromArray(new float[][] {{0}, {0}}));
        assertEquals(2.5, evaluator.metrics().get("mse"), 1e-6);
        assertEquals(1, evaluator.metrics().get("mae"), 1e-6);
    }

    @ParameterizedTest
    @EnumSource(
            value = TargetKind.class,
            names = {"CLASS", "NUMBERS"})
    void outputsThatAreNotFiniteHaveNoLoss(TargetKind target) {
        Evaluator evaluator = new Evaluator(target, 2);
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}});
        evaluator.add(batch(labels, null), Nd4j.createFromArray(new float[][] {{Float.NaN, 0.5f}}));
        evaluator.add(batch(labels, null), Nd4j.createFromArray(new float[][] {{0.5f, 0.5f}}));
        assertEquals(Map.of("loss", Double.NaN), evaluator.metrics());
    }

    /** A sequence of no steps tells nothing of its label, in training and here. */
    @Test
    void anExampleWithoutStepsIsNotScored() {
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}, {1, 0}});
        INDArray output = Nd4j.createFromArray(new float[][] {{0.9f, 0.1f}, {0.2f, 0.8f}, {0.01f, 0.99f}});
        INDArray mask = Nd4j.createFromArray(new float[][] {{1, 1}, {1, 0}, {0, 0}});
        Evaluator evaluator = new Evaluator(TargetKind.CLASS, 2);
        evaluator.add(
                new org.nd4j.linalg.dataset.MultiDataSet(
                        new INDArray[] {Nd4j.zeros(3, 4, 2)}, new INDArray[] {labels}, new INDArray[] {mask}, null),
                output);
        assertEquals(1, evaluator.metrics().get("accuracy"), 1e-12);
        assertEquals(-(Math.log(0.9) + Math.log(0.8)) / 2, evaluator.metrics().get("loss"), 1e-6);
    }
}
