package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.golden.Golden.assertClose;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
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
        ComputationGraph net = GoldenStack.network(golden, DataType.DOUBLE);
        MultiDataSet batch = GoldenStack.batch(golden);
        net.setInputs(batch.getFeatures());
        net.setLabels(batch.getLabels());
        net.computeGradientAndScore();
        assertEquals(content.get("loss").asDouble(), net.score(), TOLERANCE, "loss");
        GoldenStack.gradients(golden).forEach((name, expected) -> {
            INDArray actual = net.gradient()
                    .gradientForVariable()
                    .get(name)
                    .div(batch.getFeatures(0).size(0));
            assertClose(expected, actual.reshape(expected.shape()), TOLERANCE, name);
        });
        assertBlockOutputs(content, net, batch, content.get("batch_norm").asBoolean());
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
}
