package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.RunSpec;

/** Batch normalisation has nothing to normalise over in a batch of one example. */
class SingleExampleTest {
    private static final String SPIRALS =
            """
            name: one
            data: {kind: spirals, classes: 2, examples: 21, validationExamples: 8}
            model: {layers: [stack: {depth: 2, units: 3, batchNorm: true}, output: {}]}
            """;
    private static final String SEQUENCES =
            """
            name: one
            data: {kind: copyMemory, delay: 3, symbols: 3, examples: 21, validationExamples: 8}
            model: {layers: [embedding: {size: 3}, batchNorm: {}, rnn: {units: 2}]}
            """;

    private static void build(String yaml, int batch) {
        RunSpec run = TinyRun.spec(yaml, "training.batch=" + batch);
        Runs.buildModel(run, TinyRun.source(run));
    }

    @ParameterizedTest
    @CsvSource({"1, at least 2", "4, a size that doesn't leave 1 example over", "20, a size that doesn't leave 1"})
    void vectorsAreRefused(int batch, String expected) {
        String message = assertThrows(InvalidInputException.class, () -> build(SPIRALS, batch))
                .getMessage();
        assertTrue(message.startsWith("training.batch: expected " + expected), message);
    }

    /** Sequences have steps to normalise over. */
    @Test
    void otherBatchesAreBuilt() {
        build(SPIRALS, 6);
        build(SPIRALS, 21);
        build(SPIRALS, 64);
        build(SEQUENCES, 1);
        build(SEQUENCES, 4);
    }
}
