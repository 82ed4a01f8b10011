package org.steadygrad.ops;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Sums of the columns of a matrix, right for any number of rows. ND4J adds the rows up one after the other in their own type: of a
 * million floats near 1,000 the mean comes out as 996. Here so many are added up in double.
 */
final class ColumnSums {
    /** Rows whose sum in their own type loses next to nothing. */
    private static final long CHUNK = 2048;

    private ColumnSums() {}

    /** @param rows [rows, columns] @return [columns], in the same data type */
    static INDArray of(INDArray rows) {
        long count = rows.size(0);
        if (count <= CHUNK || rows.dataType() == DataType.DOUBLE) {
            return rows.sum(0);
        }
        INDArray total = Nd4j.zeros(DataType.DOUBLE, rows.size(1));
        for (long from = 0; from < count; from += CHUNK) {
            INDArray chunk = rows.get(NDArrayIndex.interval(from, Math.min(count, from + CHUNK)), NDArrayIndex.all());
            total.addi(chunk.sum(0).castTo(DataType.DOUBLE));
        }
        return total.castTo(rows.dataType());
    }
}
