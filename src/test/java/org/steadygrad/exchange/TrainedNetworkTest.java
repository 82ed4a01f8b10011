package org.steadygrad.exchange;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.exchange.TrainedNetworks.Trained;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;

/** Networks that are trained here, as files of other libraries. */
class TrainedNetworkTest {
    private static final int BATCH = 3;
    private static final int STEPS = 6;

    /** Recurrent layers with functions that PyTorch's don't have. */
    private static final Set<String> NOT_IN_PYTORCH = Set.of("gru-multiply", "lstm-hard");

    @TempDir
    Path folder;

    static List<String> names() {
        return TrainedNetworks.names();
    }

    private static TrainedNetwork trained(String name) {
        Trained trained = TrainedNetworks.of(name);
        return TrainedNetwork.of(trained.network(), trained.description(), trained.artifact());
    }

    /** What the engine gives for scaled inputs, its numbers back in the data's units, against the graph in double. */
    @ParameterizedTest
    @MethodSource("names")
    void theGraphGivesWhatTheEngineDoes(String name) {
        Trained trained = TrainedNetworks.of(name);
        NeutralGraph graph = trained(name).graph();
        Tensor raw = raw(trained, graph.inputs().get(0).shape());
        INDArray output;
        try (var engine = EngineRequest.of(Engines.AUTO).open(trained.network())) {
            output = engine.output(new MultiDataSet(new INDArray[] {features(trained, raw)}, null));
        }
        Tensor got = new GraphEvaluator(graph)
                .outputs(Map.of(graph.inputs().get(0).name(), raw))
                .get("output");
        double[] right = (output.rank() == 3 ? output.permute(0, 2, 1) : output)
                .dup('c')
                .data()
                .asDouble();
        assertEquals(right.length, got.values().length);
        List<Column> targets =
                trained.artifact() instanceof DataArtifact.Columns columns ? columns.targets() : List.of();
        for (int i = 0; i < right.length; i++) {
            double expected = targets.isEmpty()
                    ? right[i]
                    : targets.get(i % targets.size()).raw(right[i]);
            assertEquals(expected, got.values()[i], 1e-5 * Math.max(1, Math.abs(expected)), name + " at " + i);
        }
    }

    private static Tensor raw(Trained trained, Shape shape) {
        boolean symbols = shape.kind() == Shape.Kind.SYMBOLS;
        int width = symbols ? 1 : trained.description().inputSize();
        boolean vectors = shape.kind() == Shape.Kind.VECTOR;
        int[] sizes = vectors
                ? new int[] {BATCH, width}
                : symbols ? new int[] {BATCH, STEPS} : new int[] {BATCH, STEPS, width};
        java.util.Random random = new java.util.Random(3);
        double[] values = new double[BATCH * width * (vectors ? 1 : STEPS)];
        for (int i = 0; i < values.length; i++) {
            double number = (float) random.nextGaussian();
            values[i] = symbols
                    ? random.nextInt(trained.description().inputSize())
                    : trained.artifact() instanceof DataArtifact.Columns columns
                            ? (float) columns.inputs().get(i % width).raw(number)
                            : number;
        }
        return new Tensor(sizes, values);
    }

    private static INDArray features(Trained trained, Tensor raw) {
        double[] scaled = raw.values().clone();
        if (trained.artifact() instanceof DataArtifact.Columns columns) {
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = columns.inputs().get(i % columns.inputs().size()).scaled(scaled[i]);
            }
        }
        INDArray array = Nd4j.createFromArray(scaled).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
        boolean symbols = trained.description().input() == InputKind.SYMBOLS;
        return raw.rank() == 2 && !symbols
                ? array.reshape(raw.shape()[0], raw.shape()[1])
                : array.reshape(BATCH, STEPS, symbols ? 1 : raw.shape()[2])
                        .permute(0, 2, 1)
                        .dup('c');
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatIsWrittenIsReadAsTheSameFunction(String name) {
        NeutralGraph graph = trained(name).graph();
        for (String ending : List.of(".onnx", ".safetensors")) {
            if (ending.equals(".safetensors") && NOT_IN_PYTORCH.contains(name)) {
                continue;
            }
            Path file = folder.resolve(name + ending);
            Models.write(graph, file);
            NeutralGraph read = Models.read(file, Optional.of(new Architecture(graph, name)))
                    .graph();
            assertEquals(0, Models.difference(graph, read), 1e-6, file.toString());
        }
    }

    /** The way back gives the parameters to the bit, and statistics to rounding where they are kept as logarithms. */
    @ParameterizedTest
    @MethodSource("names")
    void theWayThereAndBackKeepsParametersToTheBit(String name) {
        Trained trained = TrainedNetworks.of(name);
        TrainedNetwork there = TrainedNetwork.unscaled(trained.network(), trained.description(), trained.artifact());
        Path file = folder.resolve(name + ".onnx");
        Models.write(there.graph(), file);
        ImportedModel back = ImportedModel.of(Models.read(file));
        NeutralGraph again = back.graph();
        assertEquals(0, Models.difference(there.graph(), again), 1e-6);
        double[] right = sorted(there.graph());
        double[] got = sorted(again);
        assertArrayEquals(right, got);
    }

    private static double[] sorted(NeutralGraph graph) {
        return graph.weights().values().stream()
                .flatMapToDouble(weight -> {
                    double[] values = new double[weight.values().length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = weight.values()[i];
                    }
                    return java.util.Arrays.stream(values);
                })
                .sorted()
                .toArray();
    }

    @Test
    void aNetworkOfDl4jIsWrittenWithoutARun() {
        ComputationGraph network = TrainedNetworks.network("[{gru: {units: 4, direction: concat}}, {pool: last}]");
        Path file = folder.resolve("own.onnx");
        Models.write(network, file);
        NeutralGraph read = Models.read(file).graph();
        assertEquals(Shape.sequence(Shape.ANY, 3), read.inputs().get(0).shape());
    }

    @Test
    void namesOfClassesAndColumnsAreMetadata() {
        Trained trained = TrainedNetworks.of("deep-sigmoid");
        DataArtifact artifact = new DataArtifact.Columns(
                List.of(new Column("height, in \"cm\"", 170, 8, 170), new Column("b", 0, 1, 0)),
                List.of(),
                List.of("low", "mid", "high"));
        TrainedNetwork network = TrainedNetwork.of(trained.network(), trained.description(), artifact);
        Path file = folder.resolve("classes.onnx");
        Models.write(network.graph(), file);
        Map<String, String> metadata = Models.read(file).graph().metadata();
        assertEquals("[\"low\",\"mid\",\"high\"]", metadata.get("classes"));
        assertEquals("[\"height, in \\\"cm\\\"\",\"b\"]", metadata.get("inputs"));
    }

    private static void assertRefused(ComputationGraph network, String... words) {
        ForeignModelException e = assertThrows(ForeignModelException.class, () -> TrainedNetwork.of(network));
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), e.getMessage());
        }
    }

    @Test
    void whatFormatsLackIsRefusedWithLayerAndWhatToDo() {
        assertRefused(
                TrainedNetworks.network("[{dense: {units: 3, activation: rationalTanh}}]"),
                "dense1",
                "rationaltanh",
                "Train with another one");
        assertRefused(TrainedNetworks.network("[{gru: {units: 3, activation: cube}}]"), "gru1", "cube");
        ComputationGraph odd = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nIn(2)
                                .nOut(3)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addVertex("unit", new L2NormalizeVertex(), "dense")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                .nIn(3)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "unit")
                .setOutputs("out")
                .build());
        odd.init();
        assertRefused(odd, "unit", "L2NormalizeVertex", "Build the network without it");
    }

    @Test
    void scalingThatFormatsLackIsRefusedUnlessTheNetworkIsWrittenAlone() {
        Trained trained = TrainedNetworks.of("forecast-csv");
        DataArtifact logarithms = new DataArtifact.Columns(
                List.of(new Column("price", 3, 1, 20, true)), List.of(new Column("price", 3, 1, 20, true)), List.of());
        ForeignModelException e = assertThrows(
                ForeignModelException.class,
                () -> TrainedNetwork.of(trained.network(), trained.description(), logarithms));
        assertTrue(e.getMessage().contains("\"price\"") && e.getMessage().contains("--unscaled"), e.getMessage());
        TrainedNetwork alone = TrainedNetwork.unscaled(trained.network(), trained.description(), logarithms);
        assertEquals(Shape.sequence(Shape.ANY, 1), alone.graph().inputs().get(0).shape());
    }
}
