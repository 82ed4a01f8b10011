package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;
import org.steadygrad.check.InvalidInputException;

/** Slopes against central differences, kinks, and what isn't a number. */
class LossFormulasTest {
    private static final IActivation IDENTITY = new ActivationIdentity();
    private static final double STEP = 1e-5;

    /** A row that a test may change. */
    private static final class Row implements LossFormula.Row {
        private final double[] values;
        private final double[] labels;
        private final double[] slopes;

        Row(double[] values, double... labels) {
            this.values = values.clone();
            this.labels = labels;
            slopes = new double[values.length];
        }

        @Override
        public String who() {
            return "the test";
        }

        @Override
        public int columns() {
            return values.length;
        }

        @Override
        public double value(int column) {
            return values[column];
        }

        @Override
        public double label(int column) {
            return labels[column];
        }

        @Override
        public double weight(int column) {
            return 0.75;
        }

        @Override
        public void slope(int column, double slope) {
            slopes[column] = slope;
        }
    }

    private record Kind(ILossFunction loss, IActivation activation, double[] labels) {
        LossFormula formula() {
            return LossFormulas.of(loss, activation).orElseThrow();
        }

        /** Values of any size, or probabilities where a logarithm is taken of them. */
        double[] values(Random random) {
            boolean probabilities = !formula().ofLogits()
                    && (loss instanceof LossKLD
                            || loss instanceof LossPoisson
                            || loss instanceof LossMCXENT
                            || loss instanceof LossMSLE
                            || loss instanceof LossBinaryXENT);
            int columns = loss instanceof LossMixtureDensity ? 8 : 3;
            return random.doubles(columns, probabilities ? 0.05 : -2, probabilities ? 0.95 : 2)
                    .toArray();
        }
    }

    private static List<Kind> kinds() {
        double[] numbers = {0.4, -1.3, 2.1};
        double[] bits = {0, 1, 1};
        double[] signs = {1, -1, -1};
        double[] shares = {0.5, 0.2, 0.3};
        return List.of(
                new Kind(new LossMSE(), IDENTITY, numbers),
                new Kind(new LossL2(), IDENTITY, numbers),
                new Kind(new LossMAE(), IDENTITY, numbers),
                new Kind(new LossL1(), IDENTITY, numbers),
                new Kind(new LossMAPE(), IDENTITY, numbers),
                new Kind(new LossMSLE(), IDENTITY, shares),
                new Kind(new LossPoisson(), IDENTITY, new double[] {0, 4, 1}),
                new Kind(new LossKLD(), IDENTITY, shares),
                new Kind(new LossKLD(), new ActivationSoftmax(), shares),
                new Kind(new LossMCXENT(), IDENTITY, bits),
                new Kind(new LossMCXENT(), new ActivationSoftmax(), bits),
                new Kind(new LossNegativeLogLikelihood(), new ActivationSoftmax(), shares),
                new Kind(new LossSparseMCXENT(), new ActivationSoftmax(), new double[] {2}),
                new Kind(new LossBinaryXENT(), IDENTITY, bits),
                new Kind(new LossBinaryXENT(), new ActivationSigmoid(), shares),
                new Kind(new LossHinge(), IDENTITY, signs),
                new Kind(new LossSquaredHinge(), IDENTITY, signs),
                new Kind(new LossCosineProximity(), IDENTITY, numbers),
                new Kind(new LossMultiLabel(), IDENTITY, bits),
                new Kind(new LossWasserstein(), IDENTITY, numbers),
                new Kind(
                        LossMixtureDensity.builder().gaussians(2).labelWidth(2).build(), IDENTITY, new double[] {0.5, -1
                        }));
    }

    @TestFactory
    Stream<DynamicTest> slopesAreThoseOfTheLoss() {
        return kinds().stream()
                .map(kind -> DynamicTest.dynamicTest(kind.formula().toString(), () -> {
                    Random random = new Random(4);
                    for (int trial = 0; trial < 20; trial++) {
                        double[] values = kind.values(random);
                        Row row = new Row(values, kind.labels());
                        kind.formula().of(row);
                        for (int i = 0; i < values.length; i++) {
                            Row up = new Row(values, kind.labels());
                            Row down = new Row(values, kind.labels());
                            up.values[i] += STEP;
                            down.values[i] -= STEP;
                            double slope =
                                    (kind.formula().of(up) - kind.formula().of(down)) / (2 * STEP);
                            assertEquals(
                                    slope,
                                    row.slopes[i],
                                    1e-6 * (1 + Math.abs(slope)),
                                    "trial " + trial + ", value " + i);
                        }
                    }
                }));
    }

    /** Whatever the other labels and values are. */
    @TestFactory
    Stream<DynamicTest> whatIsNotANumberMakesTheLossNaN() {
        return kinds().stream()
                .map(kind -> DynamicTest.dynamicTest(kind.formula().toString(), () -> {
                    double[] values = kind.values(new Random(5));
                    for (int i = 0; i < values.length; i++) {
                        Row row = new Row(values, kind.labels());
                        row.values[i] = Double.NaN;
                        assertTrue(Double.isNaN(kind.formula().of(row)), "value " + i);
                    }
                    for (int i = 0; i < kind.labels().length && !(kind.loss() instanceof LossSparseMCXENT); i++) {
                        double[] labels = kind.labels().clone();
                        labels[i] = Double.NaN;
                        assertTrue(Double.isNaN(kind.formula().of(new Row(values, labels))), "label " + i);
                    }
                }));
    }

    private static double[] slopes(ILossFunction loss, double[] values, double... labels) {
        Row row = new Row(values, labels);
        LossFormulas.of(loss, IDENTITY).orElseThrow().of(row);
        return row.slopes;
    }

    @Test
    void kinksHaveNoSlope() {
        assertArrayEquals(new double[2], slopes(new LossL1(), new double[] {0.5, -2}, 0.5, -2));
        assertArrayEquals(new double[2], slopes(new LossMAE(), new double[] {0, 1e30}, 0, 1e30));
        assertArrayEquals(new double[2], slopes(new LossHinge(), new double[] {1, -1}, 1, -1));
        assertArrayEquals(new double[3], slopes(new LossCosineProximity(), new double[3], 1, 2, 3));
        assertArrayEquals(new double[] {0.75}, slopes(new LossPoisson(), new double[] {0}, 0));
    }

    private static void assertRefused(ILossFunction loss, double label, String wanted) {
        String message = assertThrows(InvalidInputException.class, () -> slopes(loss, new double[] {0.5}, label))
                .getMessage();
        assertTrue(message.contains("the test") && message.contains(wanted), message);
    }

    @Test
    void labelsThatALossIsNotDefinedForAreRefused() {
        assertRefused(new LossHinge(), 0, "-1 and 1");
        assertRefused(new LossSquaredHinge(), 0.5, "-1 and 1");
        assertRefused(new LossMAPE(), 0, "percentage");
        assertRefused(new LossMSLE(), -1, "above -1");
        assertRefused(LossMixtureDensity.builder().gaussians(2).labelWidth(1).build(), 1, "6 outputs");
    }

    /** Of a label 1e4 deviations away the likelihood is 0 in any number format: -log is 5e7 + 0.92. */
    @Test
    void farLabelsOfAMixtureHaveALoss() {
        Row row = new Row(new double[] {0, 0, 0}, 1e4);
        double loss = LossFormulas.of(
                        LossMixtureDensity.builder().gaussians(1).labelWidth(1).build(), IDENTITY)
                .orElseThrow()
                .of(row);
        assertEquals(0.75 * (5e7 + 0.5 * Math.log(2 * Math.PI)), loss, 1e-7);
        assertArrayEquals(new double[] {0, 0.75 * (1 - 1e8), -0.75e4}, row.slopes, 1e-6);
    }

    private static final class Own extends LossMSE {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void othersHaveNoFormula() {
        assertEquals(Optional.empty(), LossFormulas.of(new LossFMeasure(), new ActivationSigmoid()));
        assertEquals(Optional.empty(), LossFormulas.of(new LossBinaryXENT(), new ActivationSoftmax()));
        assertEquals(Optional.empty(), LossFormulas.of(new Own(), IDENTITY));
        assertEquals(Optional.empty(), LossFormulas.of(null, IDENTITY));
    }
}
