package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.CheckpointSpec;
import org.steadygrad.spec.EarlyStoppingSpec;
import org.steadygrad.spec.RunSpec;

/** Training from Java. */
class TrainerTest {
    @TempDir
    Path folder;

    private static MultiLayerNetwork network() {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(11)
                .updater(new Adam(0.05))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(9)
                        .activation(Activation.TANH)
                        .build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(9)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        return network;
    }

    private static DataSet examples(int number, double noise) {
        Nd4j.getRandom().setSeed(number);
        INDArray inputs = Nd4j.randn(DataType.FLOAT, number, 3);
        INDArray labels =
                inputs.sum(true, 1).addi(Nd4j.randn(DataType.FLOAT, number, 1).muli(noise));
        return new DataSet(inputs, labels);
    }

    /** Few noisy examples, so that validation gets worse again. */
    private static DataSource data() {
        return DataSources.of(
                new ListDataSetIterator<>(examples(17, 2).asList(), 7),
                new ListDataSetIterator<>(examples(33, 0).asList(), 33));
    }

    private static double validationLoss(MultiLayerNetwork network) {
        DataSet validation = examples(33, 0);
        INDArray difference = network.output(validation.getFeatures()).sub(validation.getLabels());
        return difference.mul(difference).meanNumber().doubleValue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sequentialNetworkHoldsTheBestParametersAfterwards(boolean filed) {
        MultiLayerNetwork network = network();
        Trainer trainer = Trainer.of(network, data()).epochs(40);
        TinyRun.Notes notes = new TinyRun.Notes();
        RunResult result =
                (filed ? trainer.folder(folder) : trainer).listener(notes).run();
        assertEquals(120, result.iterations());
        assertTrue(result.completed());
        assertNotEquals(120, result.modelIteration(), "the noise should have been learnt at the end");
        assertEquals(result.validation().get("loss"), validationLoss(network), 1e-5);
        assertEquals(40, notes.of(RunEvent.Validated.class).size());
        if (filed) {
            assertEquals(
                    network.params(),
                    ModelFile.read(folder.resolve("model.zip")).graph().params());
            assertEquals(
                    network.params(),
                    ModelFile.read(folder.resolve("checkpoints/best.zip"))
                            .graph()
                            .params());
        }
    }

    @Test
    void graphAndSequentialNetworkGiveTheSameNumbers() {
        MultiLayerNetwork sequential = network();
        ComputationGraph graph = network().toComputationGraph();
        RunResult one = Trainer.of(sequential, data()).epochs(3).run();
        RunResult other = Trainer.of(graph, data()).epochs(3).folder(folder).run();
        assertEquals(one.validation(), other.validation());
        assertEquals(sequential.params(), graph.params());
    }

    /** The updater's state counts too, else Adam would begin anew. */
    @Test
    void networkGoesOnFromWhereItIs() {
        DataSource lastKept =
                DataSources.of(new ListDataSetIterator<>(examples(21, 0).asList(), 21), null);
        MultiLayerNetwork pieces = network();
        Trainer.of(pieces, lastKept).epochs(3).run();
        INDArray state = pieces.getUpdater().getStateViewArray().dup();
        assertNotEquals(0, state.norm2Number().doubleValue());
        INDArray before = pieces.params().dup();
        RunResult none = Trainer.of(pieces, lastKept).epochs(1).run();
        assertEquals(1, none.iterations());
        assertNotEquals(before, pieces.params());
        assertNotEquals(state, pieces.getUpdater().getStateViewArray());
    }

    @Test
    void timeLimitEndsTheRun() {
        RunResult result = Trainer.of(network(), data())
                .epochs(1_000_000)
                .maxMinutes(0.005)
                .run();
        assertTrue(result.completed());
        assertTrue(result.stopReason().contains("time limit"), result.stopReason());
    }

    @Test
    void iterationsEndTheRunWithinAnEpoch() {
        RunResult result = Trainer.of(network(), data()).epochs(9).iterations(4).run();
        assertEquals(4, result.iterations());
        assertEquals(4, result.modelIteration());
    }

    @Test
    void runEndsWhenValidationGetsNoBetter() {
        RunResult result = Trainer.of(network(), data())
                .epochs(1000)
                .earlyStopping(new EarlyStoppingSpec(4, 0))
                .run();
        assertTrue(result.stopReason().contains("no better validation for 4"), result.stopReason());
        assertEquals(result.iterations() - 4 * 3, result.modelIteration());
    }

    @Test
    void folderWithAnEarlierRunIsLeftAlone() throws IOException {
        Trainer.of(network(), data()).epochs(1).folder(folder).run();
        byte[] model = Files.readAllBytes(folder.resolve("model.zip"));
        InvalidInputException refusal = assertThrows(
                InvalidInputException.class,
                () -> Trainer.of(network(), data()).folder(folder).run());
        assertTrue(refusal.getMessage().contains("--resume"), refusal.getMessage());
        for (Path file : files()) {
            Files.delete(file);
        }
        assertThrows(
                InvalidInputException.class,
                () -> Trainer.of(network(), data()).folder(folder).resume(true).run());
        assertEquals(model.length, Files.size(folder.resolve("model.zip")));
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder.resolve("checkpoints"))) {
            return files.sorted(Comparator.comparing(f -> f.getFileName().toString()))
                    .toList();
        }
    }

    @Test
    void newestCheckpointsAreKept() throws IOException {
        Trainer.of(network(), data())
                .epochs(3)
                .checkpoint(CheckpointSpec.defaults().withEverySeconds(1e-6).withKeep(2))
                .folder(folder)
                .run();
        assertEquals(List.of("iteration-00000008.zip", "iteration-00000009.zip"), TinyRun.checkpointNames(folder));
        List<String> names =
                files().stream().map(f -> f.getFileName().toString()).toList();
        assertEquals(
                List.of(
                        "best.zip",
                        "iteration-00000008.snapshot.zip",
                        "iteration-00000008.zip",
                        "iteration-00000009.snapshot.zip",
                        "iteration-00000009.zip",
                        "verified.txt"),
                names);
    }

    @Test
    void damagedCheckpointIsPassedOver() throws IOException {
        Trainer.of(network(), data()).epochs(2).folder(folder).run();
        Path newest = folder.resolve("checkpoints/iteration-00000006.zip");
        byte[] bytes = Files.readAllBytes(newest);
        Files.write(newest, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertEquals(3, TinyRun.newest(folder).state().iteration());
        MultiLayerNetwork network = network();
        RunResult resumed = Trainer.of(network, data())
                .epochs(4)
                .folder(folder)
                .resume(true)
                .run();
        assertEquals(12, resumed.iterations());
        MultiLayerNetwork whole = network();
        Trainer.of(whole, data()).epochs(4).run();
        assertEquals(whole.params(), network.params());
    }

    @Test
    void runWhoseCheckpointsAreAllDamagedIsNotBegunAnew() throws IOException {
        Trainer.of(network(), data()).epochs(2).folder(folder).run();
        byte[] best = Files.readAllBytes(folder.resolve("checkpoints/best.zip"));
        for (String name : TinyRun.checkpointNames(folder)) {
            Files.write(folder.resolve("checkpoints").resolve(name), new byte[] {1, 2, 3});
        }
        InvalidInputException refusal = assertThrows(
                InvalidInputException.class,
                () -> Trainer.of(network(), data()).folder(folder).resume(true).run());
        assertTrue(refusal.getMessage().contains("best.zip"), refusal.getMessage());
        assertEquals(best.length, Files.size(folder.resolve("checkpoints/best.zip")));
        assertThrows(
                InvalidInputException.class,
                () -> Trainer.of(network(), data()).folder(folder).run());
    }

    @Test
    void lastModelIsKeptWhenTheBestCantBeRead() throws IOException {
        Trainer.of(network(), data()).epochs(2).folder(folder).run();
        Files.write(folder.resolve("checkpoints/best.zip"), new byte[] {1});
        RunResult again = Trainer.of(network(), data())
                .epochs(2)
                .folder(folder)
                .resume(true)
                .run();
        assertEquals(6, again.modelIteration());
        assertEquals(
                TinyRun.newest(folder).model().params(),
                ModelFile.read(folder.resolve("model.zip")).graph().params());
    }

    @Test
    void checkpointsOfAnotherModelAreRefused() {
        Trainer.of(network(), data()).epochs(1).folder(folder).run();
        MultiLayerNetwork other = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(3)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        other.init();
        InvalidInputException refusal = assertThrows(
                InvalidInputException.class,
                () -> Trainer.of(other, data()).folder(folder).resume(true).run());
        assertTrue(refusal.getMessage().contains("4 parameters"), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("\n"));
    }

    /** ReLU within a GRU is beyond the fast engine; the run says so in one line, and runs. */
    @Test
    void autoSaysWhichLayerKeepsItFromTheFastEngine() {
        RunSpec run = TinyRun.spec("data: {kind: adding, length: 5, examples: 8, validationExamples: 8}\n"
                + "model: {layers: [{gru: {units: 3, activation: relu}}]}\n"
                + "training: {iterations: 2, batch: 4}\n");
        DataSource source = TinyRun.source(run);
        List<String> lines = new ArrayList<>();
        RunResult result = Trainer.of(Runs.buildModel(run, source), source)
                .settings(LoopSettings.of(run))
                .listener(event -> {
                    if (event instanceof RunEvent.EnginePassedOver passed) {
                        lines.add(passed.reason());
                    }
                })
                .run();
        assertEquals("dl4j", result.engine());
        String last = lines.get(lines.size() - 1);
        assertTrue(last.startsWith("engine cpu ") && last.contains("gru1") && last.contains("relu"), last);
    }
}
