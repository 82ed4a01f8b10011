package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractModels;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.LossContract;

class ExactLossesTest implements LossContract {
    @Override
    public EngineProvider provider() {
        return new Dl4jEngineProvider();
    }

    @Override
    public void check(ContractCase test) {
        // after a backward pass DL4J's score of an RnnLossLayer has forgotten the mask of the features
        double loss = test.reference().score(test.referenceBatch(), true);
        assertLike(
                new Gradient(
                        loss,
                        Gradient.byDl4j(test.reference(), test.referenceBatch()).blocks()),
                test);
    }

    private static ComputationGraph model(InputType input, Layer output) {
        ComputationGraphConfiguration configuration = ContractModels.graphOn(input)
                .validateOutputLayerConfig(false)
                .addLayer("out", output, "in")
                .build();
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        return graph;
    }

    @Test
    void lossesThatDl4jGetsWrongAreRefusedByName() {
        Map<String, ComputationGraph> models = Map.of(
                "LossFMeasure",
                model(
                        VECTORS,
                        new OutputLayer.Builder(new LossFMeasure())
                                .nOut(1)
                                .activation(Activation.SIGMOID)
                                .build()),
                "LossBinaryXENT of a softmax",
                model(
                        VECTORS,
                        new LossLayer.Builder(new LossBinaryXENT())
                                .activation(Activation.SOFTMAX)
                                .build()));
        models.forEach((name, model) -> {
            String reason = provider().unsupported(model).orElse("");
            assertTrue(reason.contains(name) && reason.contains("layer out"), name + ": " + reason);
        });
    }

    @Test
    void theModelKeepsItsLoss() {
        ComputationGraph model = model(VECTORS, ContractModels.classes(3));
        try (Engine engine = provider().create(model)) {
            engine.exportTo(model);
        }
        OutputLayer output = (OutputLayer) model.getOutputLayer(0).conf().getLayer();
        assertInstanceOf(LossMCXENT.class, output.getLossFn());
    }
}
