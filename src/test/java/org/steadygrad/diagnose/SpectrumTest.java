package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.nn.WeightInitOrthogonal;

class SpectrumTest {
    private static INDArray orthogonal(int rows, int columns) {
        INDArray memory = Nd4j.create(DataType.DOUBLE, (long) rows * columns);
        return new WeightInitOrthogonal().init(rows, columns, new long[] {rows, columns}, 'f', memory);
    }

    /** A matrix U diag(values) V' of known singular values. */
    private static INDArray known(double... values) {
        int n = values.length;
        INDArray scaled = orthogonal(n, n).mulRowVector(Nd4j.createFromArray(values));
        return scaled.mmul(orthogonal(n, n));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 7", "7, 3", "17, 17", "33, 5"})
    void anIsometryHasSingularValuesOf1(int rows, int columns) {
        INDArray matrix = orthogonal(rows, columns);
        INDArray before = matrix.dup();
        Spectrum spectrum = Spectrum.ofMatrix(matrix.mul(3));
        assertEquals(Math.min(rows, columns), spectrum.count());
        assertEquals(3, spectrum.largest(), 1e-12);
        assertEquals(3, spectrum.smallest(), 1e-12);
        assertEquals(3, spectrum.rootMeanSquare(), 1e-12);
        assertEquals(0, spectrum.decades(), 1e-12);
        assertEquals(before, matrix);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-200, 1, 1e200})
    void singularValuesAreFoundAtAnyScale(double scale) {
        Spectrum spectrum = Spectrum.ofMatrix(known(4, 1e-3, 0.5, 2, 1).mul(scale));
        assertEquals(4, spectrum.largest() / scale, 1e-12);
        assertEquals(1, spectrum.median() / scale, 1e-12);
        assertEquals(1e-3, spectrum.smallest() / scale, 1e-12);
        assertEquals(Math.sqrt((16 + 1e-6 + 0.25 + 4 + 1) / 5), spectrum.rootMeanSquare() / scale, 1e-12);
        assertEquals(Math.log10(4000), spectrum.decades(), 1e-9);
    }

    @Test
    void aSingularMatrixSpreadsInfinitely() {
        assertEquals(Double.POSITIVE_INFINITY, Spectrum.of(new double[] {1, 0}).decades());
        Spectrum zero = Spectrum.ofMatrix(Nd4j.zeros(DataType.DOUBLE, 3, 3));
        assertEquals(0, zero.largest());
        assertEquals(0, zero.rootMeanSquare());
        assertEquals(Double.POSITIVE_INFINITY, zero.decades());
        assertEquals(0, Spectrum.radius(Nd4j.zeros(DataType.DOUBLE, 3, 3)));
    }

    @Test
    void whatIsNotFiniteHasNoSingularValues() {
        INDArray matrix = Nd4j.eye(3).castTo(DataType.DOUBLE);
        matrix.putScalar(1, 2, Double.NaN);
        assertTrue(Double.isNaN(Spectrum.ofMatrix(matrix).largest()));
        assertTrue(Double.isNaN(Spectrum.radius(matrix)));
    }

    @Test
    void theRadiusIsThatOfComplexAndDefectiveEigenvalues() {
        INDArray rotation = Nd4j.createFromArray(new double[][] {{0, -2}, {2, 0}});
        assertEquals(2, Spectrum.radius(rotation), 1e-6);
        INDArray block = Nd4j.createFromArray(new double[][] {{0.5, 100}, {0, 0.5}});
        assertEquals(0.5, Spectrum.radius(block), 1e-5);
        INDArray nilpotent = Nd4j.createFromArray(new double[][] {{0, 1, 2}, {0, 0, 3}, {0, 0, 0}});
        assertEquals(0, Spectrum.radius(nilpotent), 1e-12);
        assertEquals(1e-3, Spectrum.radius(orthogonal(17, 17).mul(1e-3)), 1e-9);
    }
}
