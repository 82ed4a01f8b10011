package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.golden.Golden;

/**
 * DL4J's LSTM against PyTorch's: outputs, final states and all gradients; how, is said at {@link Dl4jGolden}.
 *
 * <p>DL4J's backward pass can't be given a gradient of the final memory, and gives none of the initial one. Gradients
 * are linear in what comes from above, so the share that comes through the final memory is taken from central
 * differences of the forward pass and added to DL4J's own; the gradient of c0 is differences only.
 */
class LstmGoldenTest {
    private static final double TOLERANCE = 1e-7;
    private static final double STEP = 1e-5;
    private static final int DIRECTIONS = 3;
    /** Block of PyTorch's i, f, g, o that stands at each place of DL4J's order: g (its "input"), f, o, i. */
    private static final int[] TORCH_BLOCK = {2, 1, 3, 0};
    /** Block of DL4J's order for each of PyTorch's i, f, g, o. */
    private static final int[] DL4J_BLOCK = {3, 1, 0, 2};

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorch() {
        return Golden.ofOperation("lstm").stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)));
    }

    private static void check(Golden.Case golden) {
        GoldenRecurrent run = run(golden);
        run.forwardAndBackward();
        for (String name : new String[] {"y", "hn", "cn"}) {
            Golden.assertClose(golden.array("/outputs/" + name), run.outputs.get(name), TOLERANCE, name);
        }
        golden.content()
                .get("gradients")
                .fieldNames()
                .forEachRemaining(name -> checkGradient(run, name, golden.array("/gradients/" + name)));
    }

    /** Compares along random directions: two runs each, where differences per element would need hundreds. */
    private static void checkGradient(GoldenRecurrent run, String name, INDArray expected) {
        INDArray own = run.gradients.get(name);
        INDArray varied = run.inputs.containsKey(name) ? run.inputs.get(name) : run.parameters.get(name);
        for (int i = 0; i < DIRECTIONS; i++) {
            INDArray direction = Nd4j.randn(DataType.DOUBLE, expected.shape());
            direction.divi(direction.norm2Number().doubleValue());
            double actual = difference(run, varied, direction, own != null) + (own == null ? 0 : along(direction, own));
            double wanted = along(direction, expected);
            assertEquals(wanted, actual, TOLERANCE * (1 + Math.abs(wanted)), "gradient of " + name);
        }
    }

    private static double along(INDArray direction, INDArray gradient) {
        return direction.mul(gradient).sumNumber().doubleValue();
    }

    private static GoldenRecurrent run(Golden.Case golden) {
        UnaryOperator<INDArray> toDl4j = matrix -> reorder(matrix, TORCH_BLOCK);
        UnaryOperator<INDArray> toTorch = matrix -> reorder(matrix, DL4J_BLOCK);
        return new GoldenRecurrent(
                golden,
                torch -> new Dl4jGolden(
                        new LSTM.Builder().activation(Activation.TANH).build(), torch, toDl4j, toTorch),
                false);
    }

    private static INDArray reorder(INDArray matrix, int[] blocks) {
        long hidden = matrix.size(1) / blocks.length;
        INDArray[] parts = new INDArray[blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            parts[i] = matrix.get(all(), interval(blocks[i] * hidden, (blocks[i] + 1) * hidden));
        }
        return Nd4j.concat(1, parts);
    }

    private static double difference(
            GoldenRecurrent run, INDArray varied, INDArray direction, boolean throughFinalMemoryOnly) {
        INDArray value = varied.dup();
        varied.assign(value.add(direction.mul(STEP)));
        double above = loss(run, throughFinalMemoryOnly);
        varied.assign(value.sub(direction.mul(STEP)));
        double below = loss(run, throughFinalMemoryOnly);
        varied.assign(value);
        return (above - below) / (2 * STEP);
    }

    private static double loss(GoldenRecurrent run, boolean throughFinalMemoryOnly) {
        run.forward();
        double loss = 0;
        for (Map.Entry<String, INDArray> output : run.outputs.entrySet()) {
            if (!throughFinalMemoryOnly || output.getKey().equals("cn")) {
                INDArray upstream = run.golden.array("/upstream/d" + output.getKey());
                loss += output.getValue().mul(upstream).sumNumber().doubleValue();
            }
        }
        return loss;
    }
}
