package org.steadygrad.diagnose;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;

/**
 * The singular values of a matrix at a glance: by which factors it stretches and shrinks what it is applied to.
 *
 * @param count number of singular values
 * @param largest of them
 * @param median of them, the upper one when their number is even
 * @param smallest of them
 * @param rootMeanSquare root of their mean square: the factor by which a random vector is stretched
 * @param decades orders of magnitude between the largest and the smallest, log10(largest / smallest); 0 for an isometry,
 *     infinite for a singular matrix
 */
public record Spectrum(
        int count, double largest, double median, double smallest, double rootMeanSquare, double decades) {
    /** |A^k|^(1/k) differs from the limit by a factor of at most (condition of the eigenvectors)^(1/k). */
    private static final int SQUARINGS = 24;

    public Spectrum {
        Check.positive(count, "Spectrum", "count");
    }

    /** @param singularValues at least one, in any order */
    static Spectrum of(double[] singularValues) {
        double[] sorted = singularValues.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double largest = sorted[n - 1];
        double squares = 0;
        for (double value : sorted) {
            squares += value / largest * (value / largest);
        }
        double root = largest == 0 ? 0 : largest * Math.sqrt(squares / n);
        double decades = largest == 0 ? Double.POSITIVE_INFINITY : Math.log10(largest / sorted[0]);
        return new Spectrum(n, largest, sorted[n / 2], sorted[0], root, decades);
    }

    static Spectrum ofMatrix(INDArray matrix) {
        return of(singularValues(matrix));
    }

    /**
     * The singular values of a matrix, descending; NaN all of them when the matrix has an element that isn't finite.
     *
     * @param matrix isn't changed
     */
    static double[] singularValues(INDArray matrix) {
        boolean wide = matrix.rows() < matrix.columns();
        INDArray work =
                (wide ? matrix.transpose() : matrix).castTo(DataType.DOUBLE).dup('f');
        INDArray values = Nd4j.create(DataType.DOUBLE, work.columns());
        double scale = work.amaxNumber().doubleValue();
        if (!Double.isFinite(scale) || !Double.isFinite(work.sumNumber().doubleValue())) {
            return values.assign(Double.NaN).toDoubleVector();
        }
        if (scale > 0) {
            Nd4j.getBlasWrapper().lapack().gesvd(work.divi(scale), values, null, null);
        }
        return values.muli(scale).toDoubleVector();
    }

    /**
     * The largest magnitude of a square matrix' eigenvalues, by Gelfand's formula lim |A^k|^(1/k) with k a power of 2, which
     * takes complex pairs as they come.
     *
     * @param matrix isn't changed
     */
    static double radius(INDArray matrix) {
        INDArray power = matrix.castTo(DataType.DOUBLE).dup('f');
        double logarithm = 0;
        double share = 1;
        for (int squaring = 0; squaring < SQUARINGS; squaring++) {
            double norm = power.norm2Number().doubleValue();
            if (norm == 0 || !Double.isFinite(norm)) {
                return norm;
            }
            logarithm += share * Math.log(norm);
            share /= 2;
            power.divi(norm);
            power = power.mmul(power);
        }
        return Math.exp(logarithm);
    }
}
