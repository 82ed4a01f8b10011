package org.steadygrad.ops;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.blas.Level1;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner.ExecutionerType;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;
import org.nd4j.linalg.api.ops.impl.reduce.longer.CountZero;
import org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition;
import org.nd4j.linalg.api.ops.impl.reduce.same.AMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.conditions.Conditions;

/**
 * Reductions of a contiguous vector that are right for every input and quick for ordinary ones.
 *
 * <p>ND4J's own float reductions are several times slower than memory, and its float sum of squares is right to three
 * digits only at four million elements. A float dot product of BLAS is off by 1.5e-5 where elements are alike. So floats in the
 * memory of the processor are added up by {@link FloatSquares}, and all others by ND4J's reduction with a double
 * accumulator.
 */
final class BlockReductions {
    /** Floats of a buffer that Java can look at as one. */
    private static final long MOST_FLOATS = Integer.MAX_VALUE / Float.BYTES;

    private BlockReductions() {}

    /**
     * @param vector rank 1, contiguous, with at least one element
     * @return sum of squares, right to 4e-7; not finite if an element isn't, or if it exceeds the range of a double
     */
    static double sumOfSquares(INDArray vector) {
        if (vector.dataType() == DataType.DOUBLE) {
            return blas().dot(vector.length(), 1.0, vector, vector);
        }
        return inReach(vector) ? sumOfFloats(vector) : exactSumOfSquares(vector);
    }

    private static boolean inReach(INDArray vector) {
        return vector.dataType() == DataType.FLOAT
                && vector.data().underlyingLength() <= MOST_FLOATS
                && Nd4j.getExecutioner().type() == ExecutionerType.NATIVE_CPU;
    }

    private static double sumOfFloats(INDArray vector) {
        FloatBuffer floats = vector.data().asNioFloat();
        FloatSquares squares = new FloatSquares();
        float[] piece = new float[FloatSquares.LENGTH];
        double sum = 0;
        for (long done = 0; done < vector.length(); done += piece.length) {
            int count = (int) Math.min(piece.length, vector.length() - done);
            floats.get(piece, 0, count);
            sum += squares.of(piece, count);
        }
        return sum;
    }

    private static double exactSumOfSquares(INDArray vector) {
        INDArray sum = Nd4j.scalar(DataType.DOUBLE, 0);
        return Nd4j.exec(new SquaredNorm(vector, sum, false, 0)).getDouble(0);
    }

    /** @param finite whether all elements are known to be finite, which BLAS needs */
    static double maxAbs(INDArray vector, boolean finite) {
        if (finite && hasBlas(vector)) {
            return Math.abs(vector.getDouble(blas().iamax(vector)));
        }
        return Nd4j.exec(new AMax(vector)).getDouble(0);
    }

    static long zeros(INDArray vector) {
        return Nd4j.exec(new CountZero(vector)).getLong(0);
    }

    static long nonFinite(INDArray vector) {
        return Nd4j.exec(new MatchCondition(vector, Conditions.notFinite())).getLong(0);
    }

    private static Level1 blas() {
        return Nd4j.getBlasWrapper().level1();
    }

    private static boolean hasBlas(INDArray vector) {
        return vector.dataType() == DataType.FLOAT || vector.dataType() == DataType.DOUBLE;
    }
}
