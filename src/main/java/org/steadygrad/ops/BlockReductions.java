package org.steadygrad.ops;

import org.nd4j.linalg.api.blas.Level1;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.floating.SquaredNorm;
import org.nd4j.linalg.api.ops.impl.reduce.longer.CountZero;
import org.nd4j.linalg.api.ops.impl.reduce.longer.MatchCondition;
import org.nd4j.linalg.api.ops.impl.reduce.same.AMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Conditions;

/**
 * Reductions of a contiguous vector that are right for every input and quick for ordinary ones.
 *
 * <p>ND4J's own float reductions are several times slower than BLAS and its float sum of squares is right to three
 * digits only at four million elements. So BLAS does the ordinary case, and ND4J's reduction with a double
 * accumulator those where a float would overflow or underflow.
 */
final class BlockReductions {
    /** Elements per BLAS call: a float sum over so many is right to 2e-5 at worst, when all are equal. */
    private static final long CHUNK = 1 << 16;

    /** Between these bounds no square that matters was lost to a float's range. */
    private static final double SAFE_LOW = 1e-20;

    private static final double SAFE_HIGH = 1e37;

    private BlockReductions() {}

    /**
     * @param vector rank 1, contiguous, with at least one element
     * @return sum of squares; not finite if an element isn't, or if it exceeds the range of a double
     */
    static double sumOfSquares(INDArray vector) {
        if (!hasBlas(vector)) {
            return exactSumOfSquares(vector);
        }
        double sum = 0;
        for (long from = 0; from < vector.length(); from += CHUNK) {
            long to = Math.min(vector.length(), from + CHUNK);
            boolean whole = to - from == vector.length();
            INDArray chunk = whole ? vector : vector.get(NDArrayIndex.interval(from, to));
            sum += chunkSumOfSquares(chunk);
        }
        return sum;
    }

    private static double chunkSumOfSquares(INDArray chunk) {
        double dot = blas().dot(chunk.length(), 1.0, chunk, chunk);
        boolean safe = chunk.dataType() == DataType.DOUBLE || (dot > SAFE_LOW && dot < SAFE_HIGH);
        return safe ? dot : exactSumOfSquares(chunk);
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
