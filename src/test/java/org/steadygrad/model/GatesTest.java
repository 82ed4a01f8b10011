package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.GRU;
import org.steadygrad.ops.ParameterBlock;

class GatesTest {
    private static final List<String> LSTM_GATES = List.of("candidate", "forget", "output", "input");

    private static MultiLayerNetwork network(Layer layer) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(layer)
                .layer(new RnnOutputLayer.Builder().nIn(1).nOut(2).build())
                .build());
        network.init();
        return network;
    }

    private static List<List<String>> gates(Layer layer) {
        return FlatLayouts.of(network(layer)).blocks().stream()
                .filter(block -> block.layer().equals("0"))
                .map(ParameterBlock::gates)
                .toList();
    }

    private static Layer lstm() {
        return new LSTM.Builder().nIn(3).nOut(1).activation(Activation.TANH).build();
    }

    @Test
    void cellsAreFoundWithinWrappers() {
        for (Layer layer : List.of(
                lstm(), new LastTimeStep(lstm()), new MaskZeroLayer(lstm(), 0), new FrozenLayerWithBackprop(lstm()))) {
            assertEquals(List.of(LSTM_GATES, LSTM_GATES, LSTM_GATES), gates(layer));
        }
        List<String> gru = List.of("reset", "update", "candidate");
        List<String> bias = List.of("reset", "update", "candidate", "recurrent candidate");
        Layer both = new Bidirectional(
                Bidirectional.Mode.ADD, new GRU.Builder().nIn(3).nOut(1).build());
        assertEquals(List.of(gru, gru, bias, gru, gru, bias), gates(both));
    }

    /** Columns for peepholes make a matrix that gates don't divide. */
    @Test
    @SuppressWarnings("deprecation")
    void otherLayersHaveNone() {
        for (Layer layer : List.of(
                new SimpleRnn.Builder().nIn(3).nOut(1).build(),
                new org.deeplearning4j.nn.conf.layers.GravesLSTM.Builder()
                        .nIn(3)
                        .nOut(1)
                        .build(),
                new DenseLayer.Builder().nIn(3).nOut(1).build())) {
            gates(layer).forEach(gates -> assertEquals(List.of(), gates));
        }
    }

    @Test
    void gatesDivideABlock() {
        assertThrows(
                InvalidInputException.class,
                () -> new ParameterBlock(
                        "a", "W", 0, List.of(3L, 7L), ParameterBlock.Kind.TRAINED, List.of("one", "other")));
    }

    /** What a cell of one unit puts out at its first two steps when all its parameters are 0 but some biases. */
    private static double[] outputs(Layer layer, Map<String, Double> biases) {
        MultiLayerNetwork network = network(layer);
        network.params().assign(0);
        for (ParameterBlock block : FlatLayouts.of(network).blocks()) {
            if (block.name().equals("0_b")) {
                INDArray values = network.params()
                        .reshape(network.numParams())
                        .get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
                biases.forEach((gate, value) -> values.putScalar(block.gates().indexOf(gate), value));
            }
        }
        return network.feedForward(Nd4j.zeros(1, 3, 2)).get(1).reshape(2).toDoubleVector();
    }

    private static void assertOutputs(Layer layer, Map<String, Double> biases, double first, double second) {
        double[] outputs = outputs(layer, biases);
        assertEquals(first, outputs[0], 1e-6, biases::toString);
        assertEquals(second, outputs[1], 1e-6, biases::toString);
    }

    /** Open gates tell themselves apart by what they let through: h = o tanh(c), c = f c' + i g. */
    @Test
    void lstmGatesDoWhatTheyAreCalled() {
        double big = 100;
        assertOutputs(lstm(), Map.of(), 0, 0);
        assertOutputs(lstm(), Map.of("candidate", big), 0.5 * Math.tanh(0.5), 0.5 * Math.tanh(0.75));
        assertOutputs(lstm(), Map.of("candidate", big, "forget", big), 0.5 * Math.tanh(0.5), 0.5 * Math.tanh(1));
        assertOutputs(lstm(), Map.of("candidate", big, "output", big), Math.tanh(0.5), Math.tanh(0.75));
        assertOutputs(lstm(), Map.of("candidate", big, "input", big), 0.5 * Math.tanh(1), 0.5 * Math.tanh(1.5));
    }

    /** h = (1 - z) n + z h', n = tanh(b + r c). */
    @Test
    void gruGatesDoWhatTheyAreCalled() {
        double big = 100;
        Layer gru = new GRU.Builder().nIn(3).nOut(1).activation(Activation.TANH).build();
        assertOutputs(gru, Map.of("candidate", 1.0), 0.5 * Math.tanh(1), 0.75 * Math.tanh(1));
        assertOutputs(gru, Map.of("candidate", 1.0, "update", -big), Math.tanh(1), Math.tanh(1));
        assertOutputs(gru, Map.of("recurrent candidate", 1.0), 0.5 * Math.tanh(0.5), 0.75 * Math.tanh(0.5));
        assertOutputs(gru, Map.of("recurrent candidate", 1.0, "reset", big), 0.5 * Math.tanh(1), 0.75 * Math.tanh(1));
    }
}
