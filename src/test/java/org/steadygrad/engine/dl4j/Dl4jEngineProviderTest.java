package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.Engines;
import org.steadygrad.nn.GRU;

class Dl4jEngineProviderTest {

    private static ComputationGraph network(Layer recurrent, BackpropType type) {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(2))
                .addLayer("memory", recurrent, "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nOut(1)
                                .build(),
                        "memory")
                .setOutputs("out")
                .backpropType(type)
                .build());
        network.init();
        return network;
    }

    @Test
    void refusesWhatDl4jGetsWrong() {
        ComputationGraph network = network(new SimpleRnn.Builder().nOut(3).build(), BackpropType.TruncatedBPTT);
        String reason = new Dl4jEngineProvider().unsupported(network).orElseThrow();
        assertTrue(reason.contains("layer memory"), reason);
        EngineException refused = assertThrows(EngineException.class, () -> Engines.choose("dl4j", network));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    @Test
    void takesAllElse() {
        Dl4jEngineProvider provider = new Dl4jEngineProvider();
        ComputationGraph whole = network(new SimpleRnn.Builder().nOut(3).build(), BackpropType.Standard);
        ComputationGraph gru = network(new GRU.Builder().nOut(3).build(), BackpropType.TruncatedBPTT);
        assertTrue(provider.unsupported(whole).isEmpty());
        assertTrue(provider.unsupported(gru).isEmpty());
        assertNotEquals("dl4j", Engines.choose("auto", gru).provider().name());
        GRU unusual = new GRU.Builder()
                .nOut(3)
                .gateActivationFunction(Activation.HARDSIGMOID)
                .build();
        Engines.Choice choice = Engines.choose("auto", network(unusual, BackpropType.Standard));
        assertEquals("dl4j", choice.provider().name());
        assertTrue(
                choice.passedOver().stream().anyMatch(line -> line.contains("cpu") && line.contains("layer memory")),
                choice.passedOver()::toString);
    }
}
