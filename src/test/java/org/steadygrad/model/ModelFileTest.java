package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.steadygrad.ops.ParameterBlock;

class ModelFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void graphComesBackWithItsUpdaterState(DataType type) throws IOException {
        ComputationGraph graph = ModelZips.trained(type);
        Path file = folder.resolve("model.zip");
        ModelFile.write(file, graph, Map.of("note.txt", new byte[] {1, 2, 3}));
        ModelFile.verify(file);
        ModelFile.Content content = ModelFile.read(file);
        assertEquals(graph.params(), content.graph().params());
        assertEquals(type, content.graph().params().dataType());
        assertEquals(
                graph.getUpdater().getStateViewArray(),
                content.graph().getUpdater().getStateViewArray());
        assertEquals(graph.outputSingle(ModelZips.input(type)), content.graph().outputSingle(ModelZips.input(type)));
        assertArrayEquals(new byte[] {1, 2, 3}, content.entries().get("note.txt"));
    }

    @Test
    void numbersThatAreNotFiniteAreNamed() throws IOException {
        ComputationGraph graph = ModelZips.trained(DataType.FLOAT);
        Path file = folder.resolve("model.zip");
        graph.getUpdater().getStateViewArray().putScalar(1, Float.POSITIVE_INFINITY);
        ModelFile.write(file, graph, Map.of());
        String state = assertThrows(ModelFileException.class, () -> ModelFile.read(file))
                .getMessage();
        ParameterBlock first = FlatLayouts.of(graph).blocks().get(0);
        assertTrue(
                state.contains("NaN or infinity in updater state m of parameter " + first.parameter() + " (1 of "
                        + first.length() + " elements) of layer " + first.layer() + ", the first of them Infinity"),
                state);
        graph.params().putScalar(0, Float.NaN).putScalar(1, Float.NEGATIVE_INFINITY);
        ModelFile.write(file, graph, Map.of());
        String parameters = assertThrows(ModelFileException.class, () -> ModelFile.read(file))
                .getMessage();
        String name = FlatLayouts.of(graph).blocks().get(0).name();
        assertTrue(parameters.contains("2 of "), parameters);
        assertTrue(parameters.contains(" elements of " + name + " (NaN)"), parameters);
        assertArrayEquals(
                graph.params().toFloatVector(),
                ModelFile.readAsItIs(file).graph().params().toFloatVector());
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void plainDl4jReadsOurFile(DataType type) throws IOException {
        ComputationGraph graph = ModelZips.trained(type);
        Path file = folder.resolve("model.zip");
        ModelFile.write(file, graph, Map.of("note.txt", new byte[] {1}));
        ComputationGraph restored = ModelSerializer.restoreComputationGraph(file.toFile(), true);
        assertEquals(graph.outputSingle(ModelZips.input(type)), restored.outputSingle(ModelZips.input(type)));
        assertEquals(
                graph.getUpdater().getStateViewArray(), restored.getUpdater().getStateViewArray());
    }

    @Test
    void sequentialModelOfPlainDl4jIsReadAsTheEqualGraph() throws IOException {
        MultiLayerNetwork network = sequential(new Adam(0.01));
        INDArray input = Nd4j.linspace(-1, 1, 21).reshape(7, 3).castTo(DataType.FLOAT);
        network.fit(new DataSet(input, Nd4j.ones(7, 1)));
        Path file = folder.resolve("plain.zip");
        ModelSerializer.writeModel(network, file.toFile(), true);
        ComputationGraph graph = ModelFile.read(file).graph();
        assertEquals(network.output(input), graph.outputSingle(input));
        assertEquals(
                network.getUpdater().getStateViewArray(), graph.getUpdater().getStateViewArray());
        assertEquals(network.params(), graph.params());
    }

    @Test
    void modelWithoutUpdaterStateIsRead() throws IOException {
        MultiLayerNetwork network = sequential(new Sgd(0.1));
        Path file = folder.resolve("plain.zip");
        ModelSerializer.writeModel(network, file.toFile(), false);
        assertEquals(network.params(), ModelFile.read(file).graph().params());
        ComputationGraph graph = network.toComputationGraph();
        ModelFile.write(file, graph, Map.of());
        assertEquals(network.params(), ModelFile.read(file).graph().params());
        assertNull(ModelFile.read(file).graph().getUpdater().getStateViewArray());
    }

    private static MultiLayerNetwork sequential(org.nd4j.linalg.learning.config.IUpdater updater) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(updater)
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(3)
                        .nOut(5)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(5)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        return network;
    }

    /** Tells when it is read back. */
    static final class Trap implements Serializable {
        private static final long serialVersionUID = 1L;
        static boolean sprung;

        private void readObject(java.io.ObjectInputStream in) {
            sprung = true;
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(strings = {"preprocessor.bin", "normalizer.bin", "objects/mine"})
    void serializedObjectsAreNeverRead(String entry) throws IOException {
        Path file = folder.resolve("model.zip");
        ModelFile.write(file, ModelZips.trained(DataType.FLOAT), Map.of());
        Trap.sprung = false;
        ModelFile.read(ModelZips.with(file, entry, ModelZips.serialized(new Trap())));
        assertEquals(false, Trap.sprung);
    }

    @Test
    void failureInTheMiddleLeavesTheOldFile() throws IOException {
        Path file = folder.resolve("kept.txt");
        AtomicFile.write(file, out -> out.write("old".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        IOException failure = assertThrows(
                IOException.class,
                () -> AtomicFile.write(file, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("No space left on device");
                }));
        assertTrue(failure.getMessage().contains("kept.txt"), failure.getMessage());
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFile.write(file, out -> {
                    throw new IllegalStateException("a model that can't be written");
                }));
        assertEquals("old", Files.readString(file));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void leftoversOfAKilledProgramAreRemoved() throws IOException {
        Path leftover = Files.writeString(folder.resolve(".model.zip-1.part"), "half");
        Path other = Files.writeString(folder.resolve("notes.part"), "mine");
        AtomicFile.removeLeftovers(folder);
        assertEquals(false, Files.exists(leftover));
        assertTrue(Files.exists(other));
    }
}
