package org.steadygrad.engine;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.golden.Golden;
import org.steadygrad.nn.GRU;

/**
 * A recurrent golden case as a model that any engine can run: an embedding "x" whose row number b * steps + t holds the
 * features of example b at step t, recurrent layers "l0", "l1", ..., and a squared error of all their outputs.
 *
 * <p>Except for the GRU, an initial h is given as extra features of the first step read, with the recurrent weights as
 * input weights. An LSTM has a step more at the end, and in both directions one at the start: two features tell them, and
 * saturate the gates so that one direction shows tanh(c) there and the other holds c, with h = 0.
 */
final class GoldenSequence {
    /** Closes or opens a gate all the way. */
    private static final double SATURATED = 120;

    /** PyTorch's blocks i, f, g, o in DL4J's order g, f, o, i, and the other way. */
    private static final int[] TO_DL4J = {2, 1, 3, 0};

    private static final int[] TO_TORCH = {3, 1, 0, 2};

    final Golden.Case golden;
    final String cell;
    final int layers;
    final int directions;
    final int examples;
    final int inputs;
    final int hidden;
    final int before;
    final int steps;
    final int features;
    final int[] lengths;
    final boolean padded;

    GoldenSequence(Golden.Case golden) {
        this.golden = golden;
        JsonNode content = golden.content();
        cell = content.get("op").asText();
        layers = content.get("layers").asInt();
        directions = content.get("bidirectional").asBoolean() ? 2 : 1;
        INDArray x = golden.array("/inputs/x");
        examples = (int) x.size(1);
        inputs = (int) x.size(2);
        hidden = (int) golden.array("/params/weight_hh_l0").size(1);
        before = lstm() ? directions - 1 : 0;
        steps = (int) x.size(0) + before + (lstm() ? 1 : 0);
        features = inputs + layers * directions * hidden + 2;
        JsonNode given = content.path("lengths");
        padded = given.isArray();
        lengths = new int[examples];
        for (int b = 0; b < examples; b++) {
            lengths[b] = padded ? given.get(b).asInt() : (int) x.size(0);
        }
    }

    boolean lstm() {
        return cell.equals("lstm");
    }

    boolean gru() {
        return cell.equals("gru");
    }

    static String suffix(int layer, boolean reverse) {
        return "_l" + layer + (reverse ? "_reverse" : "");
    }

    /** First step that a direction reads. */
    int firstRead(int example, boolean reverse) {
        return before + (reverse ? lengths[example] - 1 : 0);
    }

    /** Last step that a direction reads. */
    int lastRead(int example, boolean reverse) {
        return firstRead(example, !reverse);
    }

    /** Where the extra features of a layer's initial h begin. */
    int initial(int layer, boolean reverse) {
        return inputs + (layer * directions + (reverse ? 1 : 0)) * hidden;
    }

    /** Where a layer's features of "x" begin: above others' outputs. */
    int below(int layer) {
        return layer == 0 ? 0 : directions * hidden;
    }

    ComputationGraph graph() {
        GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .updater(new Sgd(1))
                .graphBuilder()
                .addInputs("in")
                .validateTbpttConfig(false)
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(steps);
        EmbeddingSequenceLayer embedding = new EmbeddingSequenceLayer.Builder()
                .nIn(examples * steps)
                .nOut(features)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build();
        builder.addLayer("x", embedding, "in").addLayer("l0", layer(0), "x");
        String[] outputs = new String[layers];
        outputs[0] = "l0";
        for (int i = 1; i < layers; i++) {
            outputs[i] = "l" + i;
            builder.addVertex("below" + i, new MergeVertex(), outputs[i - 1], "x");
            builder.addLayer(outputs[i], layer(i), "below" + i);
        }
        if (layers > 1) {
            builder.addVertex("all", new MergeVertex(), outputs);
        }
        RnnLossLayer loss = new RnnLossLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .build();
        builder.addLayer("out", loss, layers > 1 ? "all" : "l0").setOutputs("out");
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        put(rows(), graph.getParam("x_W"), 0);
        for (int i = 0; i < layers; i++) {
            setDirection(graph, i, false);
            if (directions == 2) {
                setDirection(graph, i, true);
            }
        }
        return graph;
    }

    private Layer layer(int number) {
        int nIn = below(number) + features;
        Layer layer =
                switch (cell) {
                    case "gru" -> new GRU.Builder().nIn(nIn).nOut(hidden).build();
                    case "lstm" ->
                        new LSTM.Builder()
                                .nIn(nIn)
                                .nOut(hidden)
                                .activation(Activation.TANH)
                                .build();
                    default ->
                        new SimpleRnn.Builder()
                                .nIn(nIn)
                                .nOut(hidden)
                                .activation(Activation.valueOf(golden.content()
                                        .get("nonlinearity")
                                        .asText()
                                        .toUpperCase(Locale.ROOT)))
                                .build();
                };
        return directions == 2 ? new Bidirectional(Bidirectional.Mode.CONCAT, layer) : layer;
    }

    /** What the embedding holds. */
    private INDArray rows() {
        INDArray x = golden.array("/inputs/x");
        INDArray h0 = golden.array("/inputs/h0");
        INDArray rows = Nd4j.zeros(DataType.DOUBLE, examples * steps, features);
        for (int b = 0; b < examples; b++) {
            for (int t = 0; t < steps; t++) {
                int row = b * steps + t;
                boolean early = t < before;
                if (!early && t < before + lengths[b]) {
                    for (int i = 0; i < inputs; i++) {
                        rows.putScalar(row, i, x.getDouble(t - before, b, i));
                    }
                } else {
                    rows.putScalar(row, features - (early ? 2 : 1), 1);
                }
            }
            for (int unit = 0; !gru() && unit < layers * directions; unit++) {
                boolean reverse = unit % directions == 1;
                for (int j = 0; j < hidden; j++) {
                    rows.putScalar(
                            b * steps + firstRead(b, reverse),
                            initial(unit / directions, reverse) + j,
                            h0.getDouble(unit, b, j));
                }
            }
        }
        return rows;
    }

    private INDArray parameter(String name, int layer, boolean reverse) {
        return golden.array("/params/" + name + suffix(layer, reverse));
    }

    private void setDirection(ComputationGraph graph, int layer, boolean reverse) {
        String name = name(layer, reverse);
        INDArray own = toDl4j(parameter("weight_ih", layer, reverse).transpose());
        INDArray recurrent = toDl4j(parameter("weight_hh", layer, reverse).transpose());
        INDArray weights = graph.getParam(name + "W");
        put(Nd4j.zeros(DataType.DOUBLE, weights.shape()), weights, 0);
        put(own, weights, 0);
        int from = below(layer);
        if (!gru()) {
            int initial = from + initial(layer, reverse);
            put(recurrent, weights, initial);
        }
        if (lstm()) {
            saturate(weights, from + features - 2, reverse);
            saturate(weights, from + features - 1, !reverse);
        }
        put(recurrent, graph.getParam(name + "RW"), 0);
        INDArray bias = bias(parameter("bias_ih", layer, reverse), parameter("bias_hh", layer, reverse));
        INDArray target = graph.getParam(name + "b");
        for (int i = 0; i < bias.length(); i++) {
            target.putScalar(i, bias.getDouble(i));
        }
    }

    private static void put(INDArray matrix, INDArray target, int firstRow) {
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                target.putScalar(firstRow + i, j, matrix.getDouble(i, j));
            }
        }
    }

    /** @param shows tanh(c); else h is 0 */
    private void saturate(INDArray weights, int row, boolean shows) {
        for (int j = 0; j < hidden; j++) {
            weights.putScalar(row, hidden + j, SATURATED);
            weights.putScalar(row, 2 * hidden + j, shows ? SATURATED : -SATURATED);
            weights.putScalar(row, 3 * hidden + j, -SATURATED);
        }
    }

    private INDArray bias(INDArray input, INDArray recurrent) {
        INDArray sum = toDl4j(input.add(recurrent).reshape(1, -1)).reshape(-1);
        if (!gru()) {
            return sum;
        }
        return Nd4j.concat(
                0,
                sum.get(interval(0, 2 * hidden)),
                input.get(interval(2 * hidden, 3 * hidden)),
                recurrent.get(interval(2 * hidden, 3 * hidden)));
    }

    /** What a direction's parameters' names begin with. */
    String name(int layer, boolean reverse) {
        return "l" + layer + "_" + (directions == 1 ? "" : reverse ? "b" : "f");
    }

    private INDArray toDl4j(INDArray columns) {
        return lstm() ? reorder(columns, TO_DL4J) : columns;
    }

    INDArray toTorch(INDArray columns) {
        return lstm() ? reorder(columns, TO_TORCH) : columns;
    }

    private INDArray reorder(INDArray columns, int[] blocks) {
        INDArray[] parts = new INDArray[blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            parts[i] = columns.get(all(), interval(blocks[i] * hidden, (blocks[i] + 1) * hidden));
        }
        return Nd4j.concat(1, parts);
    }
}
