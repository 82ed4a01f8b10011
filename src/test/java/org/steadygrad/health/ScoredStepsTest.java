package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

class ScoredStepsTest {
    private static final INDArray VECTORS = Nd4j.ones(4, 3);
    private static final INDArray SEQUENCES = Nd4j.ones(2, 3, 5);
    private static final INDArray MASK = Nd4j.create(new float[][] {{1, 1, 1, 1, 0}, {0.5f, 1, 0, 0, 0}});

    @Test
    void withoutMasksAllIsScored() {
        assertEquals(4, ScoredSteps.of(VECTORS, null, null));
        assertEquals(10, ScoredSteps.of(SEQUENCES, null, null));
    }

    @Test
    void masksWeigh() {
        assertEquals(5.5, ScoredSteps.of(SEQUENCES, MASK, null));
        assertEquals(5.5, ScoredSteps.of(SEQUENCES, null, MASK));
        assertEquals(5, ScoredSteps.of(SEQUENCES, MASK.gt(0.7), null));
        assertEquals(2, ScoredSteps.of(VECTORS, Nd4j.create(new float[] {1, 0, 0.5f, 0.5f}, 4, 1), null));
        assertEquals(4, ScoredSteps.of(VECTORS, null, Nd4j.ones(4, 9)));
    }

    /** One entry for each output: half of them are scored. */
    @Test
    void masksByOutputAreAveraged() {
        INDArray half = Nd4j.ones(4, 3);
        half.getRow(0).assign(0);
        half.getRow(3).assign(0);
        assertEquals(2, ScoredSteps.of(VECTORS, half, null));
        assertEquals(10, ScoredSteps.of(SEQUENCES, Nd4j.ones(2, 3, 5), null));
    }

    /** 3 of a batch of 2 examples that scores 5.5 steps, and 1 of one of 2 that scores 10. */
    @Test
    void lossPerStepIsTheMeanOverAllThatIsScored() {
        MultiDataSet masked =
                new MultiDataSet(new INDArray[] {SEQUENCES}, new INDArray[] {SEQUENCES}, null, new INDArray[] {MASK});
        MultiDataSet whole = new MultiDataSet(SEQUENCES, SEQUENCES);
        assertEquals((3 * 2 + 1 * 2) / 15.5, ScoredSteps.meanLoss(List.of(masked, whole), 3, 1), 1e-9);
        MultiDataSet nothing = new MultiDataSet(
                new INDArray[] {SEQUENCES}, new INDArray[] {SEQUENCES}, null, new INDArray[] {MASK.mul(0)});
        assertEquals(Double.NaN, ScoredSteps.meanLoss(List.of(nothing), 0));
    }
}
