package org.steadygrad.data.iterator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.datasets.iterator.AsyncDataSetIterator;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.adapter.SingletonMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;

class IteratorDataTest {

    private static INDArray of(float[][][] values) {
        return Nd4j.create(values);
    }

    private static DataSetIterator iterator(DataSet... batches) {
        return new ExistingDataSetIterator(Arrays.asList(batches));
    }

    /** Batches of 3 vectors; the last of 1. The first feature counts. */
    private static DataSet[] vectors(int batches) {
        DataSet[] result = new DataSet[batches];
        for (int i = 0; i < batches; i++) {
            int size = i == batches - 1 ? 1 : 3;
            INDArray labels = Nd4j.zeros(size, 2);
            labels.getColumn(i % 2).assign(1);
            result[i] = new DataSet(Nd4j.linspace(4L * i, 4L * i + 1, 4L * size).reshape(size, 4), labels);
        }
        return result;
    }

    private static DataDescription describe(DataSet... batches) {
        return DataSources.of(iterator(batches), null).description();
    }

    @Test
    void keepsTheContract() {
        assertContract(() -> DataSources.of(iterator(vectors(7)), iterator(vectors(3))));
    }

    @Test
    void anEpochIsAPassOverTheIterator() {
        DataSource source = DataSources.of(iterator(vectors(7)), null);
        assertEquals(7, source.training().batchesPerEpoch());
        assertEquals(new DataArtifact.None(), source.artifact());
        assertTrue(source.validation().isEmpty());
        for (int epoch = 0; epoch < 2; epoch++) {
            var batches = all(source.training(), epoch, 2);
            assertEquals(5, batches.size());
            for (int i = 0; i < 5; i++) {
                assertEquals(4 * (i + 2), features(batches.get(i)).getInt(0, 0));
            }
        }
    }

    @Test
    void batchesAreCopies() {
        DataSource source = DataSources.of(iterator(vectors(2)), null);
        all(source.training(), 0).forEach(batch -> features(batch).assign(-1));
        assertEquals(4, features(all(source.training(), 1).get(1)).getInt(0, 0));
    }

    @Test
    void arraysInTheWorkspaceOfAnAsynchronousIteratorAreDetached() {
        DataSource source = DataSources.of(new AsyncDataSetIterator(iterator(vectors(7)), 2, true), null);
        for (int epoch = 0; epoch < 2; epoch++) {
            var batches = all(source.training(), epoch);
            assertEquals(7, batches.size());
            for (int i = 0; i < 7; i++) {
                assertFalse(features(batches.get(i)).isAttached());
                assertEquals(4 * i, features(batches.get(i)).getInt(0, 0));
            }
        }
    }

    @Test
    void openingAnEpochClosesTheOneBefore() {
        DataSource source = DataSources.of(iterator(vectors(9)), null);
        BatchIterator first = source.training().epoch(0, 0);
        first.next();
        BatchIterator second = source.training().epoch(1, 0);
        assertFalse(first.hasNext());
        for (int i = 0; i < 9; i++) {
            assertEquals(4 * i, features(second.next()).getInt(0, 0));
        }
        second.close();
    }

    @Test
    void labelsTellWhatTheyAre() {
        INDArray x = Nd4j.ones(2, 3, 2);
        float[][] a = {{1, 0}, {0, 1}};
        float[][] both = {{1, 0}, {1, 1}};
        float[][] numbers = {{1, 0}, {0, 0.5f}};
        assertEquals(
                new DataDescription(InputKind.SEQUENCE, 3, TargetKind.CLASS_PER_STEP, 2, 2),
                describe(new DataSet(x, of(new float[][][] {a, a}))));
        assertEquals(
                TargetKind.KEYS_PER_STEP,
                describe(new DataSet(x, of(new float[][][] {a, both}))).target());
        assertEquals(
                TargetKind.NUMBERS_PER_STEP,
                describe(new DataSet(x, of(new float[][][] {a, numbers}))).target());
        assertEquals(
                new DataDescription(InputKind.SEQUENCE, 3, TargetKind.CLASS, 2, 2),
                describe(new DataSet(x, Nd4j.create(a))));
        assertEquals(
                new DataDescription(InputKind.VECTOR, 3, TargetKind.NUMBERS, 2, 1),
                describe(new DataSet(Nd4j.ones(2, 3), Nd4j.create(both))));
        assertEquals(
                TargetKind.NUMBERS,
                describe(new DataSet(Nd4j.ones(2, 3), Nd4j.ones(2, 1))).target(),
                "one column is no class");
    }

    @Test
    void allBatchesCountNotOnlyTheFirst() {
        INDArray x = Nd4j.ones(1, 3);
        DataSet looksLikeAClass = new DataSet(x, Nd4j.create(new float[][] {{0, 1}}));
        DataSet number = new DataSet(x, Nd4j.create(new float[][] {{0, 2}}));
        assertEquals(TargetKind.NUMBERS, describe(looksLikeAClass, number).target());
        DataSet shorter = new DataSet(Nd4j.ones(1, 3, 7), Nd4j.ones(1, 1, 7));
        DataSet longer = new DataSet(Nd4j.ones(1, 3, 17), Nd4j.ones(1, 1, 17));
        assertEquals(17, describe(shorter, longer).maxSteps());
    }

    @Test
    void maskedStepsDontCount() {
        INDArray labels = of(new float[][][] {{{1, 0, 0}, {0, 1, 0}}});
        INDArray mask = Nd4j.create(new float[][] {{1, 1, 0}});
        DataSet batch = new DataSet(Nd4j.ones(1, 4, 3), labels, mask, mask.dup());
        assertEquals(TargetKind.CLASS_PER_STEP, describe(batch).target());
        DataSource source = DataSources.of(iterator(batch), null);
        assertEquals(mask, all(source.training(), 0).get(0).getLabelsMaskArray(0));
    }

    /** Steps without data have nothing to learn: zeros there are no label. */
    @Test
    void theMaskOfFeaturesIsThatOfLabelsPerStepWithoutOne() {
        INDArray labels = of(new float[][][] {{{1, 0, 0}, {0, 1, 0}}});
        INDArray mask = Nd4j.create(new float[][] {{1, 1, 0}});
        assertEquals(
                TargetKind.CLASS_PER_STEP,
                describe(new DataSet(Nd4j.ones(1, 4, 3), labels, mask, null)).target());
        INDArray late = of(new float[][][] {{{1, 0, 5}, {0, 1, 5}}});
        assertEquals(
                TargetKind.CLASS_PER_STEP,
                describe(new DataSet(Nd4j.ones(1, 4, 3), late, mask, null)).target());
    }

    @Test
    void elementsWithoutWeightDontCount() {
        INDArray keys = Nd4j.ones(2, 2, 3);
        keys.putScalar(0, 1, 2, 7);
        INDArray mask = Nd4j.ones(2, 2, 3).muli(0.5);
        mask.putScalar(0, 1, 2, 0);
        INDArray x = Nd4j.ones(2, 4, 3);
        assertEquals(
                TargetKind.KEYS_PER_STEP,
                describe(new DataSet(x, keys, null, mask)).target());
        assertEquals(TargetKind.NUMBERS_PER_STEP, describe(new DataSet(x, keys)).target());
    }

    @Test
    void aNetworkTellsTheFormat() {
        INDArray shorter = of(new float[][][] {{{1, 0}, {0, 1}, {0, 1}}});
        INDArray longer = of(new float[][][] {{{1, 0}, {0, 1}, {0, 1}, {1, 0}}});
        DataSource even = DataSources.of(iterator(new DataSet(Nd4j.ones(1, 3, 5), shorter)), null);
        assertEquals(
                new DataDescription(InputKind.SEQUENCE, 5, TargetKind.CLASS_PER_STEP, 2, 3),
                even.inFormats(RNNFormat.NWC, RNNFormat.NWC, false).description());
        DataSource uneven = DataSources.of(
                iterator(new DataSet(Nd4j.ones(1, 3, 5), shorter), new DataSet(Nd4j.ones(1, 4, 5), longer)), null);
        assertEquals(new DataDescription(InputKind.SEQUENCE, 5, TargetKind.CLASS_PER_STEP, 2, 4), uneven.description());
        assertRefused(
                () -> uneven.inFormats(RNNFormat.NCW, RNNFormat.NCW, false),
                "batch 1",
                "size 3 as in the first",
                "[1, 4, 5]");
    }

    @Test
    void aNetworkTellsThatFeaturesAreSymbols() {
        DataSet shorter = new DataSet(
                Nd4j.createFromArray(new float[][] {{0, 2, 1}}), Nd4j.eye(2).getRow(0, true));
        DataSet longer = new DataSet(
                Nd4j.createFromArray(new float[][] {{0, 2, 1, 4}}), Nd4j.eye(2).getRow(1, true));
        DataSource source = DataSources.of(iterator(shorter, longer), null);
        assertRefused(source::description, "size 3", "[1, 4]");
        DataSource symbols = source.inFormats(RNNFormat.NCW, RNNFormat.NCW, true);
        assertEquals(new DataDescription(InputKind.SEQUENCE, 1, TargetKind.CLASS, 2, 4), symbols.description());
        assertEquals(
                Nd4j.createFromArray(0f, 2, 1, 4).reshape(1, 1, 4),
                features(all(symbols.training(), 0).get(1)));
        DataSet perStep = new DataSet(Nd4j.createFromArray(new float[][] {{0, 2, 1}}), Nd4j.ones(1, 2, 3));
        assertEquals(InputKind.SEQUENCE, describe(perStep).input(), "a symbol for each step of the labels");
    }

    @Test
    void arraysOfOtherTypesBecomeFloats() {
        for (DataType type : new DataType[] {DataType.INT, DataType.BOOL, DataType.HALF, DataType.BFLOAT16}) {
            DataSet batch = new DataSet(Nd4j.eye(2).castTo(type), Nd4j.eye(2).castTo(type));
            DataSource source = DataSources.of(iterator(batch), null);
            assertEquals(TargetKind.CLASS, source.description().target());
            assertEquals(Nd4j.eye(2), labels(all(source.training(), 0).get(0)));
            assertEquals(Nd4j.eye(2), features(all(source.training(), 0).get(0)));
        }
    }

    @Test
    void multiDataSetIteratorsAreSourcesToo() {
        MultiDataSet batch = new MultiDataSet(Nd4j.ones(2, 3), Nd4j.eye(2));
        DataSource source =
                DataSources.of(new SingletonMultiDataSetIterator(batch), new SingletonMultiDataSetIterator(batch));
        assertEquals(new DataDescription(InputKind.VECTOR, 3, TargetKind.CLASS, 2, 1), source.description());
        assertEquals(
                Nd4j.eye(2), labels(all(source.validation().orElseThrow(), 0).get(0)));
    }

    @Test
    void whatCantBeTrainedOnIsRefused() {
        DataSet vector = new DataSet(Nd4j.ones(2, 3), Nd4j.ones(2, 1));
        DataSet wider = new DataSet(Nd4j.ones(2, 4), Nd4j.ones(2, 1));
        DataSet image = new DataSet(Nd4j.ones(2, 1, 4, 4), Nd4j.ones(2, 1));
        MultiDataSet two =
                new MultiDataSet(new INDArray[] {Nd4j.ones(1, 1), Nd4j.ones(1, 1)}, new INDArray[] {Nd4j.ones(1, 1)});
        assertRefused(() -> describe(vector, wider), "training iterator, batch 1", "size 3", "[2, 4]");
        assertRefused(() -> describe(image), "batch 0", "[2, 1, 4, 4]");
        assertRefused(() -> describe(), "at least one batch");
        assertRefused(() -> DataSources.of(iterator(vector), iterator(wider)), "validation iterator", "inputSize=4");
        assertRefused(() -> DataSources.of(new SingletonMultiDataSetIterator(two), null), "one array of features", "2");
        assertRefused(
                () -> DataSources.of(new ExistingDataSetIterator(new ArrayList<>(List.of(vector)).iterator()), null),
                "reset",
                "ExistingDataSetIterator");
        assertRefused(() -> DataSources.of((DataSetIterator) null, null), "training iterator");
    }
}
