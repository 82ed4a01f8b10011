package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

class MaskedBatchesTest {
    /** Three examples of 4, 2 and no steps. */
    private static final INDArray MASK = Nd4j.createFromArray(new float[][] {{1, 1, 1, 1}, {1, 1, 0, 0}, {0, 0, 0, 0}});

    private static MultiDataSet batch(INDArray features, INDArray labels, INDArray mask, INDArray labelsMask) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {features},
                new INDArray[] {labels},
                mask == null ? null : new INDArray[] {mask},
                labelsMask == null ? null : new INDArray[] {labelsMask});
    }

    private static INDArray sequences() {
        return Nd4j.ones(DataType.FLOAT, 3, 2, 4);
    }

    @Test
    void theFeaturesMaskStandsInForLabelsOfTheSameSteps() {
        MultiDataSet usual = batch(sequences(), Nd4j.ones(DataType.FLOAT, 3, 5, 4), MASK, null);
        assertSame(MASK, MaskedBatches.weights(usual, SequenceLayout.USUAL));
        // as many outputs as steps: the layout tells, not the shape
        MultiDataSet square = batch(sequences(), Nd4j.ones(DataType.FLOAT, 3, 4, 4), MASK, null);
        assertSame(MASK, MaskedBatches.weights(square, SequenceLayout.USUAL));
        SequenceLayout turned = new SequenceLayout(true, true, true, Double.NaN);
        MultiDataSet middle = batch(Nd4j.ones(DataType.FLOAT, 3, 4, 2), Nd4j.ones(DataType.FLOAT, 3, 4, 5), MASK, null);
        assertSame(MASK, MaskedBatches.weights(middle, turned));
        INDArray own = Nd4j.ones(DataType.FLOAT, 3, 4);
        assertSame(own, MaskedBatches.weights(batch(sequences(), sequences(), MASK, own), SequenceLayout.USUAL));
    }

    @Test
    void stepsOfALayersOwnAreNotThoseOfTheFeatures() {
        SequenceLayout decoder = new SequenceLayout(false, false, false, Double.NaN);
        MultiDataSet asMany = batch(sequences(), sequences(), MASK, null);
        assertNull(MaskedBatches.weights(asMany, decoder));
        MultiDataSet more = batch(sequences(), Nd4j.ones(DataType.FLOAT, 3, 2, 6), MASK, null);
        assertNull(MaskedBatches.weights(more, decoder));
        InvalidInputException refused =
                assertThrows(InvalidInputException.class, () -> MaskedBatches.weights(more, SequenceLayout.USUAL));
        assertTrue(refused.getMessage().contains("6 time steps and no mask"), refused.getMessage());
        // nothing is hidden, so that nothing can be wrong
        MultiDataSet whole =
                batch(sequences(), Nd4j.ones(DataType.FLOAT, 3, 2, 6), Nd4j.ones(DataType.FLOAT, 3, 4), null);
        assertNull(MaskedBatches.weights(whole, SequenceLayout.USUAL));
    }

    @Test
    void theLabelOfAnExampleWithoutStepsHasNoWeight() {
        MultiDataSet one = batch(sequences(), Nd4j.ones(DataType.FLOAT, 3, 2), MASK, null);
        assertEquals(
                Nd4j.createFromArray(new float[][] {{1}, {1}, {0}}), MaskedBatches.weights(one, SequenceLayout.USUAL));
        INDArray perOutput = Nd4j.createFromArray(new float[][] {{2, 3}, {4, 5}, {6, 7}});
        MultiDataSet weighted = batch(sequences(), Nd4j.ones(DataType.FLOAT, 3, 2), MASK, perOutput);
        assertEquals(
                Nd4j.createFromArray(new float[][] {{2, 3}, {4, 5}, {0, 0}}),
                MaskedBatches.weights(weighted, SequenceLayout.USUAL));
        assertEquals(6, perOutput.getDouble(2, 0), "the batch isn't changed");
    }

    @Test
    void stepsOfTheMaskedValueAlone() {
        INDArray features = Nd4j.createFromArray(new float[][][] {
            {{-1, -1, 3, -1}, {-1, 2, -1, -1}}, {{0, 0, 0, 0}, {0, 0, 0, 0}}, {{-1, -1, -1, -1}, {-1, -1, -1, -1}}
        });
        SequenceLayout layout = new SequenceLayout(false, false, true, -1);
        INDArray expected = Nd4j.createFromArray(new float[][] {{0, 1, 1, 0}, {1, 1, 1, 1}, {0, 0, 0, 0}});
        assertEquals(expected, MaskedBatches.presence(batch(features, sequences(), null, null), layout));
        assertEquals(expected.mul(MASK), MaskedBatches.presence(batch(features, sequences(), MASK, null), layout));
        SequenceLayout turned = new SequenceLayout(true, true, true, -1);
        MultiDataSet middle = batch(features.permute(0, 2, 1), sequences().permute(0, 2, 1), null, null);
        assertEquals(expected, MaskedBatches.presence(middle, turned));
        assertEquals(expected, MaskedBatches.weights(middle, turned));
        assertNull(MaskedBatches.presence(batch(features.add(1), sequences(), null, null), layout));
    }

    /** A value that a float can't hold is compared as the float that stands for it. */
    @Test
    void aMaskedValueIsRoundedAsTheFeaturesAre() {
        INDArray features = Nd4j.valueArrayOf(new long[] {1, 2, 1}, 0.1f);
        SequenceLayout layout = new SequenceLayout(false, false, true, 0.1);
        assertEquals(
                0,
                MaskedBatches.presence(batch(features, features, null, null), layout)
                        .getDouble(0, 0));
    }

    @Test
    void nothingIsCopiedWhereNothingIsHidden() {
        INDArray labels = Nd4j.ones(DataType.FLOAT, 3, 2);
        MultiDataSet batch =
                batch(sequences(), labels, Nd4j.ones(DataType.FLOAT, 3, 4), Nd4j.ones(DataType.FLOAT, 3, 1));
        assertSame(batch, MaskedBatches.cleared(batch, SequenceLayout.USUAL));
        assertSame(batch, MaskedBatches.weighed(batch, SequenceLayout.USUAL));
        INDArray perOutput = Nd4j.ones(DataType.FLOAT, 3, 2);
        assertSame(labels, MaskedBatches.cleared(labels, perOutput, false));
    }
}
