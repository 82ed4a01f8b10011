package org.steadygrad.nn;

import java.util.Objects;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;

/**
 * Orthogonal weights (Saxe, McClelland and Ganguli 2014, arXiv:1312.6120v3): {@code gain * Q}, where Q is drawn
 * uniformly (Haar measure) from the matrices with orthonormal columns or, for more columns than rows, orthonormal rows.
 *
 * <p>Q comes from the QR decomposition of a standard normal matrix, done in double by modified Gram-Schmidt run twice,
 * which leaves R's diagonal positive: the sign correction without which Q isn't uniform (Mezzadri 2007,
 * arXiv:math-ph/0609050v2). Arrays of a higher rank are taken as [first size, all others].
 */
public final class WeightInitOrthogonal implements IWeightInit {
    private static final long serialVersionUID = 1L;

    private double gain;

    /** Gain 1: the matrix keeps the length of the vectors it is applied to. */
    public WeightInitOrthogonal() {
        this(1.0);
    }

    /** @param gain length of every orthonormal row or column; above 0 */
    public WeightInitOrthogonal(double gain) {
        this.gain = Check.positive(gain, "WeightInitOrthogonal", "gain");
    }

    /** @return length of every orthonormal row or column */
    public double getGain() {
        return gain;
    }

    @Override
    public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
        int rows = Math.toIntExact(shape[0]);
        int columns = Math.toIntExact(paramView.length() / rows);
        int vectors = Math.min(rows, columns);
        int size = Math.max(rows, columns);
        double[][] q = orthonormal(Nd4j.randn(DataType.DOUBLE, vectors, size).toDoubleMatrix());
        INDArray matrix = Nd4j.createFromArray(q).muli(gain);
        INDArray result = paramView.reshape(order, shape);
        result.assign((rows < columns ? matrix : matrix.transpose())
                .castTo(paramView.dataType())
                .dup('c')
                .reshape('c', shape));
        return result;
    }

    /** Makes the rows orthonormal, in place. The second pass removes what rounding left of the first. */
    private static double[][] orthonormal(double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < i; j++) {
                    addScaled(rows[i], -dot(rows[i], rows[j]), rows[j]);
                }
            }
            double norm = Math.sqrt(dot(rows[i], rows[i]));
            for (int k = 0; k < rows[i].length; k++) {
                rows[i][k] /= norm;
            }
        }
        return rows;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void addScaled(double[] target, double factor, double[] source) {
        for (int i = 0; i < target.length; i++) {
            target[i] += factor * source[i];
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof WeightInitOrthogonal other && Double.compare(gain, other.gain) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(gain);
    }

    @Override
    public String toString() {
        return "WeightInitOrthogonal(gain=" + gain + ")";
    }
}
