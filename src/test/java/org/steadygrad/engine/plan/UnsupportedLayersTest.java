package org.steadygrad.engine.plan;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** What a plan can't express is named, with the layer. */
class UnsupportedLayersTest {
    private static final InputType INPUT = InputType.feedForward(3);

    private static ComputationGraphConfiguration below(Layer layer) {
        return chain(INPUT, layer, classes(3));
    }

    private static OutputLayer output(LossFunction loss, Activation activation) {
        return new OutputLayer.Builder(loss).nOut(3).activation(activation).build();
    }

    @TestFactory
    Stream<DynamicTest> isNamed() {
        OutputLayer weighted = new OutputLayer.Builder(new LossMCXENT(Nd4j.ones(1, 3)))
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
        Map<String, ComputationGraphConfiguration> models = Map.of(
                "l0: layer normalisation",
                below(new DenseLayer.Builder().nOut(4).hasLayerNorm(true).build()),
                "l0: weight noise DropConnect",
                below(new DenseLayer.Builder()
                        .nOut(4)
                        .weightNoise(new DropConnect(0.5))
                        .build()),
                "l0: dropout of kind AlphaDropout",
                below(new DropoutLayer(new AlphaDropout(0.5))),
                "l0: dropout of kind GaussianNoise",
                below(new DenseLayer.Builder()
                        .nOut(4)
                        .dropOut(new GaussianNoise(0.5))
                        .build()),
                "l0: activation gelu",
                below(new DenseLayer.Builder()
                        .nOut(4)
                        .activation(new ActivationGELU(true))
                        .build()),
                "l0: activation relu",
                below(new DenseLayer.Builder()
                        .nOut(4)
                        .activation(new ActivationReLU(2.0, null, null))
                        .build()),
                "out: loss LossMCXENT with weights",
                chain(INPUT, dense(4), weighted),
                "out: loss LossHinge",
                chain(INPUT, dense(4), output(LossFunction.HINGE, Activation.TANH)),
                "norm: L2NormalizeVertex",
                graphOn(INPUT)
                        .addLayer("a", dense(4), "in")
                        .addVertex("norm", new L2NormalizeVertex(), "a")
                        .addLayer("out", classes(3), "norm")
                        .build());
        return models.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    ComputationGraph graph = new ComputationGraph(entry.getValue());
                    graph.init();
                    String message = PlanBuilder.unsupported(graph).orElse("supported");
                    assertTrue(message.contains(entry.getKey()), message);
                }));
    }
}
