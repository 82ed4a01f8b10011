package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

/** How a {@link GRU}'s parameters lie and start, and {@link WeightInitOrthogonal}. */
class GruParametersTest {
    private static INDArray gate(INDArray weights, int gate) {
        long columns = weights.columns() / 3;
        return weights.get(all(), interval(gate * columns, (gate + 1) * columns));
    }

    private static void assertOrthonormal(INDArray matrix, double gain, double tolerance) {
        INDArray tall = (matrix.rows() < matrix.columns() ? matrix.transpose() : matrix).castTo(DataType.DOUBLE);
        INDArray identity = Nd4j.eye(tall.columns()).castTo(DataType.DOUBLE).muli(gain * gain);
        assertTrue(tall.transpose().mmul(tall).equalsWithEps(identity, tolerance), () -> "not orthonormal: " + matrix);
    }

    @Test
    void liesInOneVectorAsWRwB() {
        RecurrentLayer layer =
                LayerHarness.layer(new GRU.Builder().nIn(2).nOut(3).build(), DataType.FLOAT);
        assertEquals(3 * 3 * (2 + 3) + 4 * 3, layer.numParams());
        layer.params().assign(Nd4j.arange(layer.numParams()).reshape(1, -1));
        assertEquals(2 * 4 + 1, layer.getParam("W").getDouble(1, 4));
        assertEquals(18 + 3 * 5 + 2, layer.getParam("RW").getDouble(2, 5));
        assertEquals(18 + 27 + 11, layer.getParam("b").getDouble(11));
    }

    @Test
    void everyGateStartsOrthogonalAndWithXaviersScale() {
        RecurrentLayer layer =
                LayerHarness.layer(new GRU.Builder().nIn(200).nOut(33).build(), DataType.FLOAT);
        for (int gate = 0; gate < 3; gate++) {
            assertOrthonormal(gate(layer.getParam("RW"), gate), 1, 1e-5);
            double deviation = gate(layer.getParam("W"), gate).stdNumber().doubleValue();
            assertEquals(Math.sqrt(2.0 / (200 + 33)), deviation, 0.005);
        }
        assertEquals(0, layer.getParam("b").amaxNumber().doubleValue());
    }

    @Test
    void chronoDrawsTheUpdateGatesBias() {
        GRU conf = new GRU.Builder().nIn(1).nOut(500).chronoMaxSteps(100).build();
        INDArray bias = LayerHarness.layer(conf, DataType.DOUBLE).getParam("b");
        INDArray update = bias.get(interval(500, 1000));
        assertEquals(0, bias.get(interval(0, 500)).amaxNumber().doubleValue());
        assertEquals(0, bias.get(interval(1000, 2000)).amaxNumber().doubleValue());
        assertTrue(update.minNumber().doubleValue() >= 0);
        assertTrue(update.maxNumber().doubleValue() <= Math.log(99));
        double[] steps = update.toDoubleVector();
        double mean = java.util.Arrays.stream(steps).map(Math::exp).average().orElseThrow();
        assertEquals(50, mean, 6, "U(1, 99) has the mean 50");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "3,17", "17,3", "33,33"})
    void orthogonalOfAnyShape(int rows, int columns) {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            INDArray flat = Nd4j.create(type, rows * columns + 5L);
            INDArray view = flat.get(interval(3, 3 + rows * columns));
            INDArray matrix = new WeightInitOrthogonal(1.5).init(rows, columns, new long[] {rows, columns}, 'f', view);
            assertOrthonormal(matrix, 1.5, 1e-5);
            assertEquals(0, flat.get(interval(0, 3)).amaxNumber().doubleValue());
            assertEquals(matrix.getDouble(rows - 1, columns - 1), flat.getDouble(2 + rows * columns));
        }
    }

    @Test
    void orthogonalIsUniform() {
        int positive = 0;
        for (int i = 0; i < 400; i++) {
            INDArray view = Nd4j.create(DataType.DOUBLE, 9);
            INDArray q = new WeightInitOrthogonal().init(3, 3, new long[] {3, 3}, 'f', view);
            positive += q.getDouble(2, 2) > 0 ? 1 : 0;
        }
        assertEquals(200, positive, 60, "signs without preference");
        assertThrows(InvalidInputException.class, () -> new WeightInitOrthogonal(0));
    }
}
