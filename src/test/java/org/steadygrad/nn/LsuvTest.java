package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.golden.Golden.assertClose;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;

class LsuvTest {

    private static ComputationGraph stack(Activation activation, boolean batchNorm, boolean residual) {
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in");
        String last = DeepStack.of(30, 17)
                .activation(activation)
                .batchNorm(batchNorm)
                .residual(residual)
                .dropout(0.5)
                .addTo(graph, "in", 7);
        ComputationGraph net = new ComputationGraph(
                graph.addLayer("out", new OutputLayer.Builder().nIn(17).nOut(3).build(), last)
                        .setOutputs("out")
                        .build());
        net.init();
        return net;
    }

    private static MultiDataSet batch(INDArray x) {
        return new MultiDataSet(new INDArray[] {x}, null);
    }

    @ParameterizedTest
    @CsvSource({"SIGMOID, false, false", "TANH, false, false", "RELU, false, false", "RELU, true, true"})
    void everyLayerOfADeepStackHasUnitVariance(Activation activation, boolean batchNorm, boolean residual) {
        Nd4j.getRandom().setSeed(1);
        INDArray x = Nd4j.randn(DataType.DOUBLE, 64, 7);
        ComputationGraph net = stack(activation, batchNorm, residual);
        List<Lsuv.Scaling> done = Lsuv.initialize(net, batch(x), 5);
        assertEquals(31, done.size());
        if (!batchNorm) {
            Map<String, INDArray> outputs = net.feedForward(x, false);
            for (int block = 2; block <= 30; block++) {
                INDArray z = outputs.get("stack" + (block - 1))
                        .mmul(net.getLayer("stack" + block).getParam("W"));
                assertEquals(1, z.var(false).getDouble(0), 1e-6, "block " + block);
            }
        }
        INDArray first = net.getLayer("stack1").getParam("W");
        INDArray product = first.mmul(first.transpose());
        double length = product.getDouble(0, 0);
        assertClose(Nd4j.eye(7).castTo(DataType.DOUBLE).mul(length), product, 1e-9, "rows of one length, orthogonal");
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        INDArray x = Nd4j.randn(DataType.DOUBLE, 16, 7);
        ComputationGraph one = stack(Activation.TANH, true, false);
        ComputationGraph two = stack(Activation.TANH, true, false);
        Lsuv.initialize(one, batch(x), 5);
        Lsuv.initialize(two, batch(x), 5);
        assertEquals(one.params(), two.params());
    }

    @Test
    void maskedStepsOfSequencesDoNotCount() {
        INDArray x = Nd4j.randn(DataType.DOUBLE, 5, 3, 9);
        INDArray mask = Nd4j.ones(DataType.DOUBLE, 5, 9);
        mask.get(NDArrayIndex.interval(0, 3), NDArrayIndex.interval(4, 9)).assign(0);
        INDArray dirty = x.dup();
        dirty.get(NDArrayIndex.interval(0, 3), NDArrayIndex.all(), NDArrayIndex.interval(4, 9))
                .assign(100);
        ComputationGraph clean = recurrent();
        ComputationGraph same = recurrent();
        INDArray[] masks = {mask};
        List<Lsuv.Scaling> done = Lsuv.initialize(clean, new MultiDataSet(new INDArray[] {x}, null, masks, null), 5);
        Lsuv.initialize(same, new MultiDataSet(new INDArray[] {dirty}, null, masks, null), 5);
        assertEquals(
                List.of("lstm_W", "both_fW", "both_bW", "out_W"),
                done.stream().map(d -> d.layer() + "_" + d.parameter()).toList());
        assertClose(clean.getParam("lstm_W"), same.getParam("lstm_W"), 1e-9, "weights that read the data");
    }

    @Test
    void constantDataAreRefused() {
        InvalidInputException e = assertThrows(
                InvalidInputException.class,
                () -> Lsuv.initialize(
                        stack(Activation.TANH, false, false), batch(Nd4j.zeros(DataType.DOUBLE, 4, 7)), 5));
        assertTrue(e.getMessage().contains("stack1"));
    }

    private static ComputationGraph recurrent() {
        ComputationGraph net = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(3))
                .addLayer("lstm", new LSTM.Builder().nOut(5).build(), "in")
                .addLayer("both", new Bidirectional(new LSTM.Builder().nOut(4).build()), "lstm")
                .addLayer("out", new RnnOutputLayer.Builder().nOut(2).build(), "both")
                .setOutputs("out")
                .build());
        net.init();
        return net;
    }
}
