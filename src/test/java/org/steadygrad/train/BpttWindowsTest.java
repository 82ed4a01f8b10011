package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

class BpttWindowsTest {

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "7, 3, 3", "9, 3, 3", "33, 8, 5", "5, 8, 1"})
    void windowsPutTogetherAreTheBatch(int time, int steps, int expectedWindows) {
        INDArray features = Nd4j.rand(DataType.FLOAT, 3, 2, time);
        INDArray labels = Nd4j.rand(DataType.FLOAT, 3, 4, time);
        List<? extends org.nd4j.linalg.dataset.api.MultiDataSet> windows =
                BpttWindows.of(new MultiDataSet(features, labels), steps);
        assertEquals(expectedWindows, windows.size());
        INDArray[] pieces = windows.stream().map(w -> w.getFeatures(0)).toArray(INDArray[]::new);
        assertEquals(features, Nd4j.concat(2, pieces));
        INDArray[] labelPieces = windows.stream().map(w -> w.getLabels(0)).toArray(INDArray[]::new);
        assertEquals(labels, Nd4j.concat(2, labelPieces));
        assertNull(windows.get(0).getLabelsMaskArrays());
    }

    @Test
    void paddedEndIsLeftOut() {
        INDArray mask = Nd4j.zeros(DataType.FLOAT, 2, 10);
        mask.get(org.nd4j.linalg.indexing.NDArrayIndex.all(), org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 4))
                .assign(1);
        MultiDataSet batch = new MultiDataSet(
                new INDArray[] {Nd4j.rand(2, 1, 10)},
                new INDArray[] {Nd4j.rand(2, 1, 10)},
                new INDArray[] {mask},
                new INDArray[] {mask});
        assertEquals(2, BpttWindows.of(batch, 3).size());
    }

    /** Windows lead to the next scored one; those after the last are for nothing. */
    @Test
    void whatIsNotScoredLeadsToWhatIs() {
        INDArray mask = Nd4j.zeros(DataType.FLOAT, 2, 14);
        mask.putScalar(1, 4, 1);
        mask.putScalar(0, 11, 0.5);
        INDArray features = Nd4j.rand(DataType.FLOAT, 2, 1, 14);
        MultiDataSet batch = new MultiDataSet(
                new INDArray[] {features}, new INDArray[] {Nd4j.rand(2, 1, 14)}, null, new INDArray[] {mask});
        List<BpttWindows.Scored> scored = BpttWindows.scored(batch, 2);
        assertEquals(
                List.of(4, 10),
                scored.stream().map(BpttWindows.Scored::firstTimeStep).toList());
        assertEquals(List.of(2, 2), scored.stream().map(w -> w.leadIn().size()).toList());
        INDArray[] all =
                BpttWindows.of(batch, 2).stream().map(w -> w.getFeatures(0)).toArray(INDArray[]::new);
        assertEquals(
                features.get(
                        org.nd4j.linalg.indexing.NDArrayIndex.all(),
                        org.nd4j.linalg.indexing.NDArrayIndex.all(),
                        org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 12)),
                Nd4j.concat(2, all));
        mask.assign(0);
        assertEquals(List.of(), BpttWindows.of(batch, 2));
    }

    @Test
    void noWindowsLeaveTheBatchAlone() {
        MultiDataSet batch = new MultiDataSet(Nd4j.rand(2, 1, 10), Nd4j.rand(2, 1, 10));
        assertSame(batch, BpttWindows.of(batch, 0).get(0));
    }

    @Test
    void oneLabelPerSequenceIsRefused() {
        MultiDataSet batch = new MultiDataSet(Nd4j.rand(2, 1, 10), Nd4j.rand(2, 3));
        assertThrows(InvalidInputException.class, () -> BpttWindows.of(batch, 3));
    }
}
