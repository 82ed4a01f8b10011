package org.steadygrad.nn;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.golden.Golden;

/** DL4J's SimpleRnn against PyTorch's RNN: outputs, final states and all gradients; how, is said at {@link Dl4jGolden}. */
class RnnGoldenTest {
    private static final double TOLERANCE = 1e-7;

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorch() {
        return Golden.ofOperation("rnn").stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)));
    }

    private static void check(Golden.Case golden) {
        Activation activation =
                Activation.fromString(golden.content().get("nonlinearity").asText());
        UnaryOperator<INDArray> same = UnaryOperator.identity();
        GoldenRecurrent run = new GoldenRecurrent(
                golden,
                torch -> new Dl4jGolden(
                        new SimpleRnn.Builder().activation(activation).build(), torch, same, same),
                false);
        run.forwardAndBackward();
        for (String name : new String[] {"y", "hn"}) {
            Golden.assertClose(golden.array("/outputs/" + name), run.outputs.get(name), TOLERANCE, name);
        }
        golden.content()
                .get("gradients")
                .fieldNames()
                .forEachRemaining(name -> Golden.assertClose(
                        golden.array("/gradients/" + name), run.gradients.get(name), TOLERANCE, "gradient of " + name));
    }
}
