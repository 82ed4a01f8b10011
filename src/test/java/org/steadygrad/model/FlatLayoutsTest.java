package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;

class FlatLayoutsTest {

    @Test
    void namesKindsAndPlacesOfAMultiLayerNetwork() {
        MultiLayerNetwork net = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .updater(new NoOp())
                .list()
                .layer(new FrozenLayer(new DenseLayer.Builder().nIn(3).nOut(7).build()))
                .layer(new BatchNormalization.Builder().nIn(7).nOut(7).build())
                .layer(new OutputLayer.Builder().nIn(7).nOut(2).build())
                .build());
        net.init();
        FlatLayout layout = FlatLayouts.of(net);
        assertEquals(
                List.of(
                        "0_W FROZEN",
                        "0_b FROZEN",
                        "1_gamma TRAINED",
                        "1_beta TRAINED",
                        "1_mean STATISTIC",
                        "1_log10stdev STATISTIC",
                        "2_W TRAINED",
                        "2_b TRAINED"),
                layout.blocks().stream().map(b -> b.name() + " " + b.kind()).toList());
        assertHoldsParameters(layout, net.params(), net.paramTable());
    }

    @Test
    void graphsAreLaidOutInTopologicalOrder() {
        ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .setOutputs("out")
                .addLayer("out", new RnnOutputLayer.Builder().nIn(10).nOut(2).build(), "sum")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "b", "a")
                .addLayer(
                        "b",
                        new Bidirectional(new LSTM.Builder().nIn(10).nOut(5).build()),
                        "a")
                .addLayer(
                        "a", new Bidirectional(new LSTM.Builder().nIn(3).nOut(5).build()), "in")
                .build());
        net.init();
        FlatLayout layout = FlatLayouts.of(net);
        assertEquals("a_fW", layout.blocks().get(0).name());
        assertEquals("out_b", layout.blocks().get(13).name());
        assertEquals(Kind.TRAINED, layout.blocks().get(3).kind());
        assertHoldsParameters(layout, net.params(), net.paramTable());
    }

    @Test
    void theLastAxisOfAConvolutionIndexesItsUnits() {
        MultiLayerNetwork net = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new ConvolutionLayer.Builder(3, 2).nOut(5).build())
                .layer(new OutputLayer.Builder().nOut(2).build())
                .setInputType(InputType.convolutional(7, 7, 4))
                .build());
        net.init();
        ParameterBlock weights = FlatLayouts.of(net).blocks().stream()
                .filter(b -> b.name().equals("0_W"))
                .findFirst()
                .orElseThrow();
        assertEquals(List.of(2L, 3L, 4L, 5L), weights.shape());
        INDArray read = net.params()
                .reshape(net.numParams())
                .get(NDArrayIndex.interval(weights.offset(), weights.offset() + weights.length()))
                .reshape('f', 2, 3, 4, 5);
        assertEquals(net.getParam("0_W").permute(3, 2, 1, 0), read);
    }

    @Test
    void anUninitialisedNetworkIsRefused() {
        MultiLayerNetwork net = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder().nIn(3).nOut(2).build())
                .build());
        assertThrows(InvalidInputException.class, () -> FlatLayouts.of(net));
    }

    private static void assertHoldsParameters(FlatLayout layout, INDArray params, Map<String, INDArray> table) {
        assertEquals(params.length(), layout.length());
        assertEquals(table.size(), layout.blocks().size());
        INDArray flat = params.reshape(params.length());
        for (ParameterBlock block : layout.blocks()) {
            long[] shape = block.shape().stream().mapToLong(Long::longValue).toArray();
            INDArray read = flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()))
                    .reshape('f', shape);
            assertEquals(table.get(block.name()), read, block.name());
        }
    }
}
