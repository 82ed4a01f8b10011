package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.model.TrainingCounts;

class StepPassesTest {
    private static final LoopSettings SETTINGS = LoopSettings.of(
            TinyRun.spec(
                    """
            name: passes
            data: {kind: adding, length: 7, examples: 8, validationExamples: 3}
            model: {layers: [gru: {units: 2}]}
            """));

    private static double lossPerStep(RNNFormat format, INDArray sequences, double loss) {
        StepPasses passes = new StepPasses(
                null, SETTINGS, Progress.start(TrainingCounts.NONE), new SequenceFormats(format, format, false));
        return passes.lossPerStep(List.of(new MultiDataSet(sequences, sequences)), loss);
    }

    /** A sum over 5 steps of 3 numbers, for each of 2 examples. */
    @Test
    void stepsAreCountedAlongTimeWhicheverAxisItIs() {
        assertEquals(2, lossPerStep(RNNFormat.NCW, Nd4j.ones(2, 3, 5), 10));
        assertEquals(2, lossPerStep(RNNFormat.NWC, Nd4j.ones(2, 5, 3), 10));
    }
}
