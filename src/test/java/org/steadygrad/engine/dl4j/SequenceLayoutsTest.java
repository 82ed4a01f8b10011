package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSubject;
import org.steadygrad.engine.Gradient;
import org.steadygrad.nn.GRU;

/**
 * What a network computes of [batch, time, size] is what the same one computes of [batch, size, time], as many steps as units
 * included, where DL4J's layers can't tell the two apart.
 */
class SequenceLayoutsTest {
    private static final int SIZE = 4;
    private static final int[] LENGTHS = {4, 2, 3};

    /** Parts that are tried below all heads. */
    private static final Set<String> SIMPLE = Set.of("LSTM", "Convolution1D", "TimeDistributed");

    /** Puts layers above the input and tells the last of them. */
    private interface Part {
        String add(GraphBuilder graph, RNNFormat format);
    }

    private static Part layer(Function<RNNFormat, Layer> layer) {
        return (graph, format) -> {
            graph.addLayer("x", layer.apply(format), "in");
            return "x";
        };
    }

    private static LSTM lstm(RNNFormat format) {
        return new LSTM.Builder()
                .nOut(SIZE)
                .activation(Activation.TANH)
                .dataFormat(format)
                .build();
    }

    private static Part above(Function<RNNFormat, Layer> layer) {
        return (graph, format) -> {
            graph.addLayer("l", lstm(format), "in");
            graph.addLayer("x", layer.apply(format), "l");
            return "x";
        };
    }

    private static Part above(GraphVertex vertex) {
        return (graph, format) -> {
            graph.addLayer("l", lstm(format), "in");
            graph.addVertex("v", vertex, "l");
            graph.addLayer("x", lstm(format), "v");
            return "x";
        };
    }

    private static Layer convolution(RNNFormat format) {
        return new Convolution1D.Builder(3, 1)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(SIZE)
                .activation(Activation.TANH)
                .rnnDataFormat(format)
                .build();
    }

    private static Map<String, Part> parts() {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("LSTM", layer(SequenceLayoutsTest::lstm));
        parts.put(
                "GRU",
                layer(format -> new GRU.Builder().nOut(SIZE).dataFormat(format).build()));
        parts.put("Bidirectional", layer(format -> new Bidirectional(Bidirectional.Mode.CONCAT, lstm(format))));
        parts.put("Convolution1D", layer(SequenceLayoutsTest::convolution));
        parts.put("Convolution1D above an LSTM", above(SequenceLayoutsTest::convolution));
        parts.put(
                "TimeDistributed",
                layer(format -> new TimeDistributed(
                        new DenseLayer.Builder()
                                .nOut(SIZE)
                                .activation(Activation.TANH)
                                .build(),
                        format)));
        parts.put(
                "DenseLayer",
                above(format -> new DenseLayer.Builder().nOut(SIZE).build()));
        parts.put("softmax", above(format -> new ActivationLayer(Activation.SOFTMAX)));
        parts.put(
                "Subsampling1DLayer of single steps",
                above(format -> new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, 1, 1).build()));
        parts.put("ReverseTimeSeriesVertex", above(new ReverseTimeSeriesVertex("in")));
        parts.put("L2NormalizeVertex", above(new L2NormalizeVertex()));
        parts.put("MergeVertex", (graph, format) -> {
            graph.addLayer("l", lstm(format), "in");
            graph.addLayer("m", convolution(format), "in");
            graph.addVertex("v", new MergeVertex(), "l", "m");
            graph.addLayer("x", lstm(format), "v");
            return "x";
        });
        parts.put("DuplicateToTimeSeriesVertex above LastTimeStepVertex", (graph, format) -> {
            graph.addLayer("l", lstm(format), "in");
            graph.addVertex("v", new LastTimeStepVertex("in"), "l");
            graph.addVertex("d", new DuplicateToTimeSeriesVertex("in"), "v");
            graph.addLayer("x", lstm(RNNFormat.NCW), "d");
            return "x";
        });
        return parts;
    }

    /** What is above the part. */
    private enum Head {
        PER_STEP,
        LOSS_LAYER,
        POOLED,
        LAST;

        void add(GraphBuilder graph, String below, RNNFormat format) {
            switch (this) {
                case PER_STEP ->
                    graph.addLayer(
                            "out",
                            new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                    .nOut(2)
                                    .activation(Activation.SOFTMAX)
                                    .dataFormat(format)
                                    .build(),
                            below);
                case LOSS_LAYER ->
                    graph.addLayer("l2", lstm(format), below)
                            .addLayer(
                                    "out",
                                    new RnnLossLayer.Builder(LossFunction.MSE)
                                            .activation(Activation.IDENTITY)
                                            .dataFormat(format)
                                            .build(),
                                    "l2");
                case POOLED ->
                    graph.addLayer("pool", ContractModels.pooling(PoolingType.AVG), below)
                            .addLayer("out", ContractModels.classes(2), "pool");
                case LAST ->
                    graph.addLayer("last", new LastTimeStep(lstm(format)), below)
                            .addLayer("out", ContractModels.classes(2), "last");
            }
        }

        INDArray labels(ContractData data) {
            return switch (this) {
                case PER_STEP -> data.oneHot(LENGTHS.length, 2, LENGTHS[0]);
                case LOSS_LAYER -> data.normal(LENGTHS.length, SIZE, LENGTHS[0]);
                case POOLED, LAST -> data.oneHot(LENGTHS.length, 2);
            };
        }
    }

    private static INDArray in(RNNFormat format, INDArray sequences) {
        return format == RNNFormat.NWC && sequences.rank() == 3
                ? sequences.permute(0, 2, 1).dup('c')
                : sequences;
    }

    @TestFactory
    Stream<DynamicTest> bothLayoutsAreOneNetwork() {
        return parts().entrySet().stream().flatMap(part -> Stream.of(Head.values())
                // DL4J takes what that vertex puts out for [batch, size, time] in either network, labels too
                .filter(head -> head != Head.PER_STEP || !part.getKey().contains("Duplicate"))
                .filter(head -> head == Head.PER_STEP || head == Head.POOLED || SIMPLE.contains(part.getKey()))
                .flatMap(head -> Stream.of(true, false)
                        .map(masked -> DynamicTest.dynamicTest(
                                part.getKey() + ", " + head + (masked ? ", masked" : ""),
                                () -> check(part.getValue(), head, masked)))));
    }

    private static void check(Part part, Head head, boolean masked) {
        ContractData data = new ContractData(12);
        INDArray x = data.normal(LENGTHS.length, SIZE, LENGTHS[0]);
        INDArray labels = head.labels(data);
        INDArray mask = masked ? ContractData.mask(LENGTHS[0], LENGTHS) : null;
        Gradient usual = null;
        INDArray output = null;
        for (RNNFormat format : RNNFormat.values()) {
            GraphBuilder graph = ContractModels.graphOn(InputType.recurrent(SIZE, format));
            head.add(graph, part.add(graph, format), format);
            ComputationGraph model = new ContractCase("", graph.build(), null).model();
            MultiDataSet batch = ContractData.batch(in(format, x), in(format, labels), mask, null);
            try (Engine engine = new Dl4jEngineProvider().create(model)) {
                Gradient gradient = EngineSubject.gradient(engine, model, batch, EngineSubject.plain());
                // [batch, size, time] again
                INDArray out = engine.output(batch);
                out = format == RNNFormat.NWC && out.rank() == 3 ? out.permute(0, 2, 1) : out;
                if (usual == null) {
                    usual = gradient;
                    output = out;
                }
                assertEquals(usual.loss(), gradient.loss(), 1e-6 * usual.loss(), "loss");
                Gradient.assertClose(usual.blocks(), gradient.blocks(), 1e-5, "gradient");
                assertArrayEquals(
                        output.dup('c').data().asDouble(), out.dup('c').data().asDouble(), 1e-6, "output");
            }
        }
    }
}
