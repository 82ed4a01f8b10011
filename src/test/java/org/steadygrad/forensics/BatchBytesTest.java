package org.steadygrad.forensics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.forensics.BatchBytes.Shapes;

/** Every batch that can be trained on can be filed and read again. */
class BatchBytesTest {
    private static INDArray numbers(long... shape) {
        long length = 1;
        for (long size : shape) {
            length *= size;
        }
        return Nd4j.linspace(DataType.FLOAT, 1, 0.25, length).reshape(shape);
    }

    private static MultiDataSet batch(INDArray features, INDArray labels, INDArray featuresMask, INDArray labelsMask) {
        return new MultiDataSet(
                new INDArray[] {features},
                new INDArray[] {labels},
                featuresMask == null ? null : new INDArray[] {featuresMask},
                labelsMask == null ? null : new INDArray[] {labelsMask});
    }

    static Stream<MultiDataSet> batches() {
        return Stream.of(
                batch(numbers(3, 2), numbers(3, 4), null, numbers(3, 1)),
                // a mask of outputs
                batch(numbers(3, 2), numbers(3, 4), null, numbers(3, 4)),
                batch(numbers(3, 2, 5), numbers(3, 4, 5), numbers(3, 5), numbers(3, 4, 5)),
                // [batch, time, size]
                batch(numbers(3, 5, 2), numbers(3, 5, 4), numbers(3, 5), numbers(3, 5)),
                // symbols [batch, time]
                batch(numbers(3, 5), numbers(3, 4, 5), numbers(3, 5), numbers(3, 5)),
                // a decoder's steps
                batch(numbers(3, 2, 5), numbers(3, 4, 7), numbers(3, 5), numbers(3, 7)));
    }

    @ParameterizedTest
    @MethodSource("batches")
    void comeBackAsTheyWere(MultiDataSet batch) throws Exception {
        Pass pass = new Pass(batch, 77);
        byte[] bytes = BatchBytes.write(List.of(pass));
        Pass read = BatchBytes.read(ByteBuffer.wrap(bytes), Shapes.of(pass));
        assertEquals(77, read.seed());
        assertEquals(batch.getFeatures(0), read.batch().getFeatures(0));
        assertEquals(batch.getLabels(0), read.batch().getLabels(0));
        assertArrayEquals(batch.getFeaturesMaskArrays(), read.batch().getFeaturesMaskArrays());
        assertArrayEquals(batch.getLabelsMaskArrays(), read.batch().getLabelsMaskArrays());
    }
}
