package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;

/** Batch normalisation has nothing to normalise over in a batch of one example. */
class SingleExampleTest {
    @TempDir
    Path folder;

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

    private static ComputationGraph normalizing() {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(3))
                .addLayer("below", new DenseLayer.Builder().nOut(4).build(), "in")
                .addLayer("norm", new BatchNormalization(), "below")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nOut(1)
                                .build(),
                        "norm")
                .setOutputs("out")
                .build());
        network.init();
        return network;
    }

    private static DataSource batches(int examples, int size) {
        Nd4j.getRandom().setSeed(7);
        DataSet all = new DataSet(Nd4j.randn(DataType.FLOAT, examples, 3), Nd4j.randn(DataType.FLOAT, examples, 1));
        return DataSources.of(new ExistingDataSetIterator(all.batchBy(size)), null);
    }

    /** Iterators are read through before a run begins. */
    @Test
    void anIteratorsLastExampleIsSaidBeforeTheRun() {
        ComputationGraph network = normalizing();
        INDArray before = network.params().dup();
        Path out = folder.resolve("run");
        String message = assertThrows(
                        InvalidInputException.class,
                        () -> Trainer.of(network, batches(9, 4)).folder(out).run())
                .getMessage();
        assertTrue(message.startsWith("Trainer: expected batches of at least 2 examples, since layer norm"), message);
        assertTrue(message.contains("leave what is left over for the last batch out"), message);
        assertEquals(before, network.params());
        assertFalse(Files.exists(out));
        assertTrue(Trainer.of(network, batches(8, 4)).run().completed());
    }

    /** Of other sources nobody knows; the run ends when such a batch comes, and keeps what it has learnt. */
    @Test
    void anotherSourcesSingleExampleEndsTheRun() throws IOException {
        DataSource unknown = new AlteredSource() {
            private final DataSource source = batches(9, 4);

            @Override
            public DataSource source() {
                return source;
            }

            @Override
            public BatchIterator altered(BatchIterator batches, int epoch, int firstBatch) {
                return batches;
            }
        };
        ComputationGraph network = normalizing();
        INDArray before = network.params().dup();
        RunResult result = Trainer.of(network, unknown).epochs(3).folder(folder).run();
        assertFalse(result.completed());
        assertEquals(2, result.iterations());
        assertTrue(result.stopReason().startsWith("batch 2 of epoch 0 has 1 example, and layer norm normalises"));
        assertNotEquals(before, network.params());
        assertFalse(TinyRun.checkpointNames(folder).isEmpty());
    }
}
