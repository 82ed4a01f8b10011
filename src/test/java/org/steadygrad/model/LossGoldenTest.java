package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.golden.Golden.assertClose;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.steadygrad.golden.Golden;

/** The loss functions of the output layers against PyTorch's. */
class LossGoldenTest {

    @TestFactory
    Stream<DynamicTest> equalsPyTorch() {
        return Golden.ofOperation("losses").stream()
                .flatMap(c -> Stream.of(
                        DynamicTest.dynamicTest(c.name() + " softmax", () -> softmax(c)),
                        DynamicTest.dynamicTest(c.name() + " sigmoid", () -> sigmoid(c))));
    }

    private static void softmax(Golden.Case golden) {
        String at = "/softmax_cross_entropy";
        INDArray logits = golden.array(at + "/logits");
        INDArray labels = oneHot(golden, at + "/labels", logits.size(1));
        check(golden, at, new LossMCXENT(), labels, Activation.SOFTMAX, 1e-7);
    }

    private static void sigmoid(Golden.Case golden) {
        String at = "/sigmoid_binary_cross_entropy";
        // DL4J clips probabilities at 1e-5, so that the derivative at a saturated unit is off by about as much
        check(golden, at, new LossBinaryXENT(), golden.array(at + "/targets"), Activation.SIGMOID, 2e-4);
    }

    private static void check(
            Golden.Case golden,
            String at,
            ILossFunction loss,
            INDArray labels,
            Activation activation,
            double tolerance) {
        INDArray logits = golden.array(at + "/logits");
        double value = loss.computeScore(labels, logits.dup(), activation.getActivationFunction(), null, false);
        double expected = golden.content().at(at + "/loss").asDouble();
        assertEquals(expected, value, tolerance * expected);
        INDArray gradient = loss.computeGradient(labels, logits.dup(), activation.getActivationFunction(), null);
        assertClose(golden.array(at + "/dlogits"), gradient, tolerance, "dlogits");
    }

    private static INDArray oneHot(Golden.Case golden, String at, long classes) {
        int examples = golden.content().at(at).size();
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, examples, classes);
        for (int i = 0; i < examples; i++) {
            labels.putScalar(i, golden.content().at(at).get(i).asInt(), 1);
        }
        return labels;
    }
}
