package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.Pass;

class LossPerStepTest {
    private static double lossPerStep(RNNFormat format, INDArray sequences, double loss) {
        return new LossPerStep(new SequenceFormats(format, format, false))
                .of(List.of(new Pass(new MultiDataSet(sequences, sequences), 1)), List.of(loss));
    }

    /** A sum over 5 steps of 3 numbers, for each of 2 examples. */
    @Test
    void stepsAreCountedAlongTimeWhicheverAxisItIs() {
        assertEquals(2, lossPerStep(RNNFormat.NCW, Nd4j.ones(2, 3, 5), 10));
        assertEquals(2, lossPerStep(RNNFormat.NWC, Nd4j.ones(2, 5, 3), 10));
    }
}
