package org.steadygrad.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.model.ModelBuilder;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Networks as run files describe them, with weights unlike those that they start from. */
public final class TrainedNetworks {
    /** What batches of the built-in run files look like, with sizes of some data of their kinds. */
    private static final Map<String, DataDescription> EXAMPLES = Map.of(
            "adding-gru", new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 1, 100),
            "char-gru", new DataDescription(InputKind.SYMBOLS, 7, TargetKind.CLASS_PER_STEP, 7, 64),
            "chorales-gru", new DataDescription(InputKind.SEQUENCE, 88, TargetKind.KEYS_PER_STEP, 88, 60),
            "copy-lstm", new DataDescription(InputKind.SYMBOLS, 12, TargetKind.CLASS_PER_STEP, 12, 40),
            "deep-sigmoid", new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, 3, 1),
            "digits-gru", new DataDescription(InputKind.SEQUENCE, 28, TargetKind.CLASS, 10, 28),
            "forecast-csv", new DataDescription(InputKind.SEQUENCE, 1, TargetKind.NUMBERS, 1, 64),
            "forecast-series", new DataDescription(InputKind.SEQUENCE, 1, TargetKind.NUMBERS, 1, 64),
            "temporal-order-rnn", new DataDescription(InputKind.SYMBOLS, 6, TargetKind.CLASS, 4, 50));

    /** Layers of further networks, on sequences of three numbers. */
    private static final Map<String, String> LAYERS = Map.ofEntries(
            Map.entry("lstm-concat", "[{lstm: {units: 4, layers: 2, direction: concat, dropout: 0.2}}]"),
            Map.entry("lstm-hard", "[{lstm: {units: 4, gateActivation: hardSigmoid, activation: softsign}}]"),
            Map.entry("gru-add", "[{gru: {units: 4, direction: add}}, {pool: average}]"),
            Map.entry("gru-multiply", "[{gru: {units: 4, direction: multiply, activation: relu}}, {pool: max}]"),
            Map.entry("rnn-average", "[{rnn: {units: 4, direction: average}}, {pool: sum}]"),
            Map.entry("rnn-concat", "[{rnn: {units: 4, direction: concat, activation: relu}}, {dense: {units: 3}}]"),
            Map.entry(
                    "stack-steps",
                    "[{stack: {depth: 3, units: 5, batchNorm: true, residual: true}}, {gru: {units: 4}}]"),
            Map.entry(
                    "norm-steps",
                    "[{batchNorm: {activation: tanh, epsilon: 0.01}}, {dropout: {rate: 0.3}}, {lstm: {units: 3}}]"),
            Map.entry(
                    "dense-steps",
                    "[{dense: {units: 4, activation: gelu, dropout: 0.1}}, {activation: mish}, {rnn: {units: 3}}]"),
            Map.entry(
                    "functions",
                    "[{dense: {units: 4, activation: cube}}, {dense: {units: 4, activation: rectifiedTanh}}, {activation: cube},"
                            + " {dense: {units: 4, activation: leakyRelu}}, {dense: {units: 4, activation: elu}}, {dense: {units: 4, activation: selu}},"
                            + " {dense: {units: 4, activation: swish}}, {dense: {units: 4, activation: softplus}}, {activation: hardTanh}, {activation: relu6},"
                            + " {dense: {units: 4, activation: thresholdedRelu}}, {dense: {units: 4, activation: softmax}}, {activation: softmax}]"));

    private static final DataDescription NUMBERS =
            new DataDescription(InputKind.SEQUENCE, 3, TargetKind.NUMBERS, 2, 20);

    private TrainedNetworks() {}

    /** Names of all networks. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(EXAMPLES.keySet());
        names.addAll(LAYERS.keySet());
        names.sort(null);
        return names;
    }

    /** A network with its data. */
    public record Trained(ComputationGraph network, DataDescription description, DataArtifact artifact) {}

    public static Trained of(String name) {
        DataDescription description = EXAMPLES.getOrDefault(name, NUMBERS);
        ComputationGraph network =
                EXAMPLES.containsKey(name) ? network(example(name), description) : network(LAYERS.get(name));
        return new Trained(network, description, artifact(description));
    }

    private static RunSpec example(String name) {
        try (InputStream in = RunSpec.class.getResourceAsStream("/org/steadygrad/examples/" + name + ".yaml")) {
            List<String> files =
                    switch (name) {
                        case "char-gru", "chorales-gru" -> List.of("data.path=x");
                        case "digits-gru" -> List.of("data.images=x", "data.labels=x");
                        default -> List.of();
                    };
            return RunFiles.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name, files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** On sequences of three numbers, with two numbers as targets. @param layers in YAML */
    public static ComputationGraph network(String layers) {
        return network(
                RunFiles.parse("data: {kind: adding}\nmodel: {layers: " + layers + "}\ntraining: {epochs: 1}\n", "run"),
                NUMBERS);
    }

    /** Biases and statistics are at work too. */
    private static ComputationGraph network(RunSpec run, DataDescription description) {
        ComputationGraph network = new ModelBuilder(run, description, 10).build();
        Nd4j.getRandom().setSeed(5);
        network.paramTable().forEach((name, array) -> {
            if (!name.startsWith("oneHot")) {
                INDArray noise = Nd4j.rand(array.dataType(), array.shape()).subi(0.5);
                array.addi(noise.muli(name.endsWith("log10stdev") ? 0.4 : 0.2));
            }
        });
        return network;
    }

    private static DataArtifact artifact(DataDescription description) {
        boolean numbers = description.target() == TargetKind.NUMBERS && description.input() == InputKind.SEQUENCE;
        if (!numbers) {
            return new DataArtifact.None();
        }
        return new DataArtifact.Columns(
                columns("x", description.inputSize()), columns("y", description.targetSize()), List.of());
    }

    private static List<Column> columns(String name, int count) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            columns.add(new Column(name + i, 3.5 + 40 * i, 2.25 * (i + 1), 3));
        }
        return columns;
    }
}
