package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.golden.Golden.assertClose;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.dl4j.TracedPass;
import org.steadygrad.golden.Golden;

/** A deep stack's loss and gradients against PyTorch's; DL4J's flat gradient is the sum over the batch. */
class StackGoldenTest {
    private static final double TOLERANCE = 1e-8;

    @TestFactory
    Stream<DynamicTest> equalsPyTorch() {
        return Golden.ofOperation("stack").stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(Golden.Case golden) {
        JsonNode content = golden.content();
        INDArray x = golden.array("/x");
        int classes = content.at("/head/weight/shape/0").asInt();
        ComputationGraph net = network(content, x.size(1), classes);
        int depth = content.get("depth").asInt();
        boolean norm = content.get("batch_norm").asBoolean();
        for (int i = 0; i < depth; i++) {
            put(
                    net,
                    "stack" + (i + 1),
                    "W",
                    golden.array("/linear/" + i + "/weight").transpose());
            put(net, "stack" + (i + 1), "b", golden.array("/linear/" + i + "/bias"));
            if (norm) {
                put(net, "stack" + (i + 1) + "-norm", "gamma", golden.array("/bn/" + i + "/gamma"));
                put(net, "stack" + (i + 1) + "-norm", "beta", golden.array("/bn/" + i + "/beta"));
            }
        }
        put(net, "out", "W", golden.array("/head/weight").transpose());
        put(net, "out", "b", golden.array("/head/bias"));
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, x.size(0), classes);
        for (int i = 0; i < x.size(0); i++) {
            labels.putScalar(i, content.get("labels").get(i).asInt(), 1);
        }
        net.setInputs(x);
        net.setLabels(labels);
        net.computeGradientAndScore();
        assertEquals(content.get("loss").asDouble(), net.score(), TOLERANCE, "loss");
        for (int i = 0; i < depth; i++) {
            String block = "stack" + (i + 1);
            assertGradient(golden.array("/linear/" + i + "/dweight").transpose(), net, block + "_W", x.size(0));
            assertGradient(golden.array("/linear/" + i + "/dbias"), net, block + "_b", x.size(0));
            if (norm) {
                assertGradient(golden.array("/bn/" + i + "/dgamma"), net, block + "-norm_gamma", x.size(0));
                assertGradient(golden.array("/bn/" + i + "/dbeta"), net, block + "-norm_beta", x.size(0));
            }
        }
        assertGradient(golden.array("/head/dweight").transpose(), net, "out_W", x.size(0));
        assertGradient(golden.array("/head/dbias"), net, "out_b", x.size(0));
        assertBlockOutputs(content, net, new MultiDataSet(x, labels), norm);
    }

    /** What health reports; an addition hands its gradient on, so that a residual block's output has its activation's. */
    private static void assertBlockOutputs(JsonNode content, ComputationGraph net, MultiDataSet batch, boolean norm) {
        Map<String, Double> traced = TracedPass.run(net, batch, false).trace().layers().stream()
                .collect(Collectors.toMap(LayerTrace::layer, LayerTrace::outputGradientNorm));
        JsonNode expected = content.get("block_output_gradient_norms");
        for (int i = 0; i < expected.size(); i++) {
            String layer = "stack" + (i + 1) + (norm ? "-norm" : "");
            double value = expected.get(i).asDouble();
            assertEquals(value, traced.get(layer), TOLERANCE * (1 + value), "gradient of the output of block " + i);
            assertEquals(1, traced.get(layer) / value, 1e-6, "relative gradient of the output of block " + i);
        }
    }

    private static ComputationGraph network(JsonNode content, long inputs, int classes) {
        int units = content.at("/linear/0/weight/shape/0").asInt();
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in");
        String last = DeepStack.of(content.get("depth").asInt(), units)
                .activation(
                        Activation.valueOf(content.get("activation").asText().toUpperCase(Locale.ROOT)))
                .batchNorm(content.get("batch_norm").asBoolean())
                .residual(content.get("residual").asBoolean())
                .addTo(graph, "in", inputs);
        OutputLayer head = new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(units)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
        ComputationGraph net = new ComputationGraph(
                graph.addLayer("out", head, last).setOutputs("out").build());
        net.init();
        return net;
    }

    private static void put(ComputationGraph net, String vertex, String parameter, INDArray value) {
        INDArray target = net.getLayer(vertex).getParam(parameter);
        target.assign(value.reshape(target.shape()));
    }

    private static void assertGradient(INDArray expected, ComputationGraph net, String name, long batch) {
        INDArray actual = net.gradient().gradientForVariable().get(name).div(batch);
        assertClose(expected, actual.reshape(expected.shape()), TOLERANCE, name);
    }
}
