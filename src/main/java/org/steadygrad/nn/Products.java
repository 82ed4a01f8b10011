package org.steadygrad.nn;

import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products into given arrays, views included. */
final class Products {
    private Products() {}

    /** {@code result += a b} */
    static void addProduct(INDArray a, INDArray b, INDArray result) {
        product(a, b, result, false, false, 1);
    }

    /** {@code result += a bᵀ} */
    static void addProductTransposed(INDArray a, INDArray b, INDArray result) {
        product(a, b, result, false, true, 1);
    }

    /** {@code result = a bᵀ} */
    static void productTransposed(INDArray a, INDArray b, INDArray result) {
        product(a, b, result, false, true, 0);
    }

    /** {@code result = aᵀ b} */
    static void transposedProduct(INDArray a, INDArray b, INDArray result) {
        product(a, b, result, true, false, 0);
    }

    /** Every row of {@code result} becomes {@code row}. */
    static void fillRows(INDArray row, INDArray result) {
        product(ones(result), row.reshape(1, row.length()), result, false, false, 0);
    }

    /** Every column of {@code result} becomes {@code column}. */
    static void fillColumns(INDArray column, INDArray result) {
        INDArray ones = Nd4j.ones(result.dataType(), 1, result.columns());
        product(column.reshape(column.length(), 1), ones, result, false, false, 0);
    }

    /** {@code sums} becomes the sum of the rows; a product with ones, several times as fast as a reduction. */
    static void sumRows(INDArray matrix, INDArray sums) {
        product(ones(matrix), matrix, sums.reshape(1, sums.length()), true, false, 0);
    }

    private static INDArray ones(INDArray rowsOf) {
        return Nd4j.ones(rowsOf.dataType(), rowsOf.rows(), 1);
    }

    private static void product(
            INDArray a, INDArray b, INDArray result, boolean transposeA, boolean transposeB, double beta) {
        MMulTranspose transposes = MMulTranspose.builder()
                .transposeA(transposeA)
                .transposeB(transposeB)
                .build();
        Nd4j.exec(new Mmul(a, b, result, 1.0, beta, transposes));
    }
}
