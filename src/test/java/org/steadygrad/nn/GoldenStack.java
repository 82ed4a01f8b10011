package org.steadygrad.nn;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.golden.Golden;

/** A golden case of a deep stack as a DL4J graph, trained by plain gradient descent with a rate of 1. */
public final class GoldenStack {
    private GoldenStack() {}

    /** The graph with the case's parameters. */
    public static ComputationGraph network(Golden.Case golden, DataType type) {
        ComputationGraph net = untrained(golden, type);
        blocks(golden, "").forEach((name, value) -> {
            INDArray target = net.getParam(name);
            target.assign(value.reshape(target.shape()));
        });
        return net;
    }

    /** Features and labels, in double. */
    public static MultiDataSet batch(Golden.Case golden) {
        INDArray x = golden.array("/x");
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, x.size(0), classes(golden));
        for (int i = 0; i < x.size(0); i++) {
            labels.putScalar(i, golden.content().get("labels").get(i).asInt(), 1);
        }
        return new MultiDataSet(x, labels);
    }

    /** Gradients of the averaged loss by DL4J's full names and in DL4J's orientation. */
    public static Map<String, INDArray> gradients(Golden.Case golden) {
        return blocks(golden, "d");
    }

    private static Map<String, INDArray> blocks(Golden.Case golden, String prefix) {
        Map<String, INDArray> blocks = new LinkedHashMap<>();
        for (int i = 0; i < golden.content().get("depth").asInt(); i++) {
            String name = "stack" + (i + 1);
            String linear = "/linear/" + i + "/" + prefix;
            blocks.put(name + "_W", golden.array(linear + "weight").transpose());
            blocks.put(name + "_b", golden.array(linear + "bias"));
            if (golden.content().get("batch_norm").asBoolean()) {
                String norm = "/bn/" + i + "/" + prefix;
                blocks.put(name + "-norm_gamma", golden.array(norm + "gamma"));
                blocks.put(name + "-norm_beta", golden.array(norm + "beta"));
            }
        }
        blocks.put("out_W", golden.array("/head/" + prefix + "weight").transpose());
        blocks.put("out_b", golden.array("/head/" + prefix + "bias"));
        return blocks;
    }

    private static int classes(Golden.Case golden) {
        return golden.content().at("/head/weight/shape/0").asInt();
    }

    private static ComputationGraph untrained(Golden.Case golden, DataType type) {
        JsonNode content = golden.content();
        int units = content.at("/linear/0/weight/shape/0").asInt();
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .dataType(type)
                .updater(new Sgd(1))
                .graphBuilder()
                .addInputs("in");
        String last = DeepStack.of(content.get("depth").asInt(), units)
                .activation(
                        Activation.valueOf(content.get("activation").asText().toUpperCase(Locale.ROOT)))
                .batchNorm(content.get("batch_norm").asBoolean())
                .residual(content.get("residual").asBoolean())
                .addTo(graph, "in", content.at("/x/shape/1").asInt());
        OutputLayer head = new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(units)
                .nOut(classes(golden))
                .activation(Activation.SOFTMAX)
                .build();
        ComputationGraph net = new ComputationGraph(
                graph.addLayer("out", head, last).setOutputs("out").build());
        net.init();
        return net;
    }
}
