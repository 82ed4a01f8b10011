package org.steadygrad.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class BatchContentTest {

    private static String content(DataSet... batches) {
        BatchContent content = new BatchContent();
        for (DataSet batch : batches) {
            content.add(batch.toMultiDataSet());
        }
        return content.toString();
    }

    private static DataSet sequences(int steps) {
        Nd4j.getRandom().setSeed(5);
        INDArray x = Nd4j.zeros(DataType.FLOAT, 6, 3, steps);
        INDArray y = Nd4j.zeros(DataType.FLOAT, 6, 2, steps);
        INDArray mask = Nd4j.zeros(DataType.FLOAT, 6, steps);
        var first = NDArrayIndex.interval(0, 5);
        x.get(NDArrayIndex.all(), NDArrayIndex.all(), first).assign(Nd4j.randn(DataType.FLOAT, 6, 3, 5));
        y.get(NDArrayIndex.all(), NDArrayIndex.all(), first).assign(Nd4j.randn(DataType.FLOAT, 6, 2, 5));
        mask.get(NDArrayIndex.all(), first).assign(1);
        return new DataSet(x, y, mask, mask);
    }

    @Test
    void orderBatchesAndPaddingMakeNoDifference() {
        String whole = content(sequences(5));
        assertEquals(whole, content(sequences(9)));
        List<DataSet> single = sequences(5).asList();
        DataSet[] turned = new DataSet[single.size()];
        for (int i = 0; i < turned.length; i++) {
            turned[i] = single.get(turned.length - 1 - i);
        }
        assertEquals(whole, content(turned));
    }

    @Test
    void everyNumberCounts() {
        String whole = content(sequences(5));
        for (int array = 0; array < 4; array++) {
            DataSet other = sequences(5);
            INDArray changed =
                    switch (array) {
                        case 0 -> other.getFeatures();
                        case 1 -> other.getLabels();
                        case 2 -> other.getFeaturesMaskArray();
                        default -> other.getLabelsMaskArray();
                    };
            changed.reshape(-1).putScalar(3, 0.25);
            assertNotEquals(whole, content(other));
        }
        DataSet swapped = sequences(5);
        INDArray row = swapped.getFeatures().slice(0).slice(0).dup();
        swapped.getFeatures()
                .slice(0)
                .slice(0)
                .assign(swapped.getFeatures().slice(0).slice(1));
        swapped.getFeatures().slice(0).slice(1).assign(row);
        assertNotEquals(whole, content(swapped));
    }
}
