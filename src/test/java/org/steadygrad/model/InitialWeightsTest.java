package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * Deviation and shape of initial weights by their papers' definitions, fan-in and fan-out being what a unit, or a gate's
 * unit, reads through the matrix and how many such units there are.
 */
class InitialWeightsTest {
    private static final int INPUTS = 300;
    private static final int UNITS = 200;

    /** Of a uniform distribution: its bound over its deviation. */
    private static final double UNIFORM_BOUND = Math.sqrt(3);

    @TestFactory
    Stream<DynamicTest> deviations() {
        return Stream.of("dense", "rnn", "lstm", "gru").flatMap(layer -> Stream.of(
                        "auto", "xavier", "xavierUniform", "he", "heUniform", "lecun", "smallNormal", "unitNormal")
                .map(init -> DynamicTest.dynamicTest(layer + ", " + init, () -> check(layer, init))));
    }

    private static void check(String layer, String init) {
        boolean dense = layer.equals("dense");
        String recurrent = dense || init.equals("auto") ? "" : ", recurrentInit: " + init;
        String network = layer + ": {units: " + UNITS + ", activation: tanh, init: " + init + recurrent + "}";
        RunSpec run = RunFiles.parse("data: adding\nmodel: {layers: [" + network + "]}", "initial.yaml");
        DataDescription data = dense
                ? new DataDescription(InputKind.VECTOR, INPUTS, TargetKind.CLASS, 3, 1)
                : new DataDescription(InputKind.SEQUENCE, INPUTS, TargetKind.CLASS_PER_STEP, 3, 5);
        var weights = new ModelBuilder(run, data, 10).build().getLayers()[0].paramTable();
        assertDeviation(init, INPUTS, weights.get("W"));
        if (!dense && !init.equals("auto")) {
            assertDeviation(init, UNITS, weights.get("RW"));
        }
    }

    private static INDArray dense(int units, String init) {
        RunSpec run = RunFiles.parse(
                "data: adding\nmodel: {layers: [dense: {units: " + units + ", activation: tanh, init: " + init + "}]}",
                "initial.yaml");
        DataDescription data = new DataDescription(InputKind.VECTOR, INPUTS, TargetKind.CLASS, 3, 1);
        return new ModelBuilder(run, data, 10)
                .build()
                .getLayers()[0]
                .paramTable()
                .get("W")
                .castTo(DataType.DOUBLE);
    }

    /** The shorter of rows and columns are orthonormal: a product with their transpose is 1. */
    @Test
    void orthogonalMatricesOfAnyShape() {
        for (int units : new int[] {20, INPUTS, 450}) {
            INDArray weights = dense(units, "orthogonal");
            INDArray product = units <= INPUTS ? weights.transpose().mmul(weights) : weights.mmul(weights.transpose());
            double off = product.subi(Nd4j.eye(Math.min(units, INPUTS)).castTo(DataType.DOUBLE))
                    .amaxNumber()
                    .doubleValue();
            assertEquals(0, off, 2e-6, units + " units");
        }
    }

    @Test
    void theIdentityIsOne() {
        assertEquals(Nd4j.eye(INPUTS).castTo(DataType.DOUBLE), dense(INPUTS, "identity"));
    }

    private static void assertDeviation(String init, int fanIn, INDArray weights) {
        double expected = Math.sqrt(
                switch (init) {
                    case "auto", "xavier", "xavierUniform" -> 2.0 / (fanIn + UNITS);
                    case "he", "heUniform" -> 2.0 / fanIn;
                    case "smallNormal" -> 1e-4;
                    case "unitNormal" -> 1;
                    default -> 1.0 / fanIn;
                });
        INDArray exact = weights.castTo(DataType.DOUBLE);
        double deviation = exact.stdNumber().doubleValue();
        double largest = weights.amaxNumber().doubleValue();
        assertEquals(expected, deviation, 0.02 * expected, "deviation");
        double standardError = expected / Math.sqrt(weights.length());
        assertEquals(0, exact.meanNumber().doubleValue(), 4 * standardError, "mean");
        double kurtosis = Transforms.pow(exact, 4).meanNumber().doubleValue() / Math.pow(deviation, 4);
        assertEquals(init.endsWith("Uniform") ? 1.8 : 3, kurtosis, 0.1, "kurtosis");
        if (init.endsWith("Uniform")) {
            assertEquals(UNIFORM_BOUND * expected, largest, 0.01 * UNIFORM_BOUND * expected, "bound");
        } else {
            // not cut off, as Keras' normal ones are, at two deviations
            assertTrue(largest > 3.5 * expected, "largest " + largest);
        }
    }
}
