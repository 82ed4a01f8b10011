package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.ModelFiles;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.TrainedNetwork;
import org.steadygrad.exchange.TrainedNetworks;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/** Networks as files of Keras 3, read back. */
class KerasWritingTest {
    private static final Path FILES = ModelFiles.folder("keras.dir", "keras");

    @TempDir
    Path folder;

    static List<String> trained() {
        return TrainedNetworks.names();
    }

    /** Whole models; weights alone have no layers. */
    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".keras") || (name.endsWith(".h5") && !name.contains("weights")))
                    .sorted()
                    .toList();
        }
    }

    private NeutralGraph written(NeutralGraph graph, String name) {
        Path file = folder.resolve(name.replaceAll("\\.[a-z0-9]+$", "") + ".keras");
        Models.write(graph, file);
        return Models.read(file).graph();
    }

    /** Layers side by side may come in another order. */
    private static void assertSameWeights(NeutralGraph right, NeutralGraph got) {
        assertEquals(arrays(right), arrays(got));
    }

    private static List<String> arrays(NeutralGraph graph) {
        return graph.weights().values().stream()
                .map(weight -> weight.shape() + java.util.Arrays.toString(weight.values()))
                .sorted()
                .toList();
    }

    /** Ours to Keras and back: the same function, and the same bits where no logarithm or sum of biases lies between. */
    @ParameterizedTest
    @MethodSource("trained")
    void trainedNetworksComeBackAsTheyWere(String name) {
        if (name.equals("lstm-hard") || name.equals("functions")) {
            // Keras 3 has neither clip(0.2 x + 0.5) as a gate nor a ReLU that jumps
            return;
        }
        TrainedNetworks.Trained trained = TrainedNetworks.of(name);
        NeutralGraph graph = TrainedNetwork.of(trained.network(), trained.description(), trained.artifact())
                .graph();
        NeutralGraph again = written(graph, name);
        assertEquals(0, Models.difference(graph, again), 1e-12);
        assertSameWeights(graph, again);
        assertEquals(graph.metadata(), again.metadata());
        NeutralGraph network = ImportedModel.of(new org.steadygrad.exchange.ForeignModel(
                        again, "Keras 3", new org.steadygrad.exchange.ReadReport()))
                .graph();
        assertEquals(0, Models.difference(graph, network), 1e-6);
    }

    /** What Keras wrote, written again: the same function for every padding, the same bits. */
    @ParameterizedTest
    @MethodSource("files")
    void filesOfKerasComeBackAsTheyWere(String name) {
        NeutralGraph graph = Models.read(FILES.resolve(name)).graph();
        NeutralGraph again;
        try {
            again = written(graph, name);
        } catch (ForeignModelException e) {
            assertTrue(
                    name.contains("keras2"), "Keras 3 lacks something that it has written itself: " + e.getMessage());
            assertTrue(e.getMessage().contains("Layer "), e.getMessage());
            return;
        }
        assertEquals(0, Models.difference(graph, again), 1e-12);
        assertSameWeights(graph, again);
        assertEquals(penalties(graph), penalties(again));
    }

    private static List<Object> penalties(NeutralGraph graph) {
        return graph.nodes().stream()
                .filter(node -> !node.operation().weights().isEmpty())
                .map(node -> (Object) List.of(
                        node.trained(),
                        node.penalties().values().stream()
                                .map(Object::toString)
                                .sorted()
                                .toList()))
                .map(Object::toString)
                .sorted()
                .map(text -> (Object) text)
                .toList();
    }

    @Test
    void whatKerasLacksIsRefusedWithLayerAndValue() {
        Weight kernel = Weight.of("k", 2, 3, 1, 2, 3, 4, 5, 6);
        Weight recurrent = Weight.of("r", 3, 3, new float[9]);
        var cell = new org.steadygrad.exchange.graph.Cell.Simple(
                kernel, recurrent, Optional.empty(), org.steadygrad.exchange.graph.Function.HARD_SIGMOID_FIFTH);
        GraphBuilder builder = new GraphBuilder();
        Port x = builder.input("x", Shape.sequence(4, 2));
        Port mask = builder.add("mask", new Operation.StepMask(0), x);
        builder.output("a", builder.add("first", Operation.Recurrent.of(cell), x));
        builder.output("b", builder.add("largest", new Operation.Pool(Operation.Pool.Kind.MAXIMUM, true), x, mask));
        NeutralGraph graph = builder.build("n", Optional.empty(), java.util.Map.of());
        Path file = folder.resolve("refused.keras");
        ForeignModelException e = assertThrows(ForeignModelException.class, () -> Models.write(graph, file));
        assertTrue(e.getMessage().contains("first has the activation HARD_SIGMOID with 0.2"), e.getMessage());
        assertTrue(e.getMessage().contains("largest takes the maximum over steps that count"), e.getMessage());
        assertTrue(Files.notExists(file));
    }
}
