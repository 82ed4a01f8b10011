package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.golden.Golden;

/** The simulated cuDNN's recurrent layers, held against PyTorch's. */
@Tag("simulated")
class CudaSimulatorRnnTest {
    private static final double TOLERANCE = 2e-5;

    @BeforeAll
    static void load() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        SimulatedCuda.load();
    }

    @TestFactory
    Stream<DynamicTest> followsTheGoldenCases() {
        return Stream.of("gru", "lstm", "rnn")
                .flatMap(operation -> Golden.ofOperation(operation).stream())
                .filter(c -> c.content().path("layers").asInt() == 1
                        && !c.content().path("bidirectional").asBoolean())
                .map(c -> dynamicTest(c.name(), () -> holds(c)));
    }

    private static int cell(Golden.Case c) {
        return switch (c.content().path("op").asText()) {
            case "gru" -> CUDNN_GRU;
            case "lstm" -> CUDNN_LSTM;
            default -> c.content().path("nonlinearity").asText().equals("relu") ? CUDNN_RNN_RELU : CUDNN_RNN_TANH;
        };
    }

    private static int[] lengths(Golden.Case c, int steps, int batch) {
        int[] lengths = new int[batch];
        for (int b = 0; b < batch; b++) {
            lengths[b] = c.content().path("lengths").path(b).asInt(steps);
        }
        return lengths;
    }

    private static void holds(Golden.Case c) {
        long[] shape = c.array("/inputs/x").shape();
        boolean lstm = cell(c) == CUDNN_LSTM;
        int[] lengths = lengths(c, (int) shape[0], (int) shape[1]);
        try (SimulatedRnn rnn = new SimulatedRnn(cell(c), lengths, (int) shape[0], c, lstm)) {
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.forward());
            close(c, "/outputs/y", rnn.y());
            close(c, "/outputs/hn", rnn.hy());
            if (lstm) {
                close(c, "/outputs/cn", rnn.cy());
            }
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.backward());
            close(c, "/gradients/x", rnn.dx());
            close(c, "/gradients/h0", rnn.dhx());
            if (lstm) {
                close(c, "/gradients/c0", rnn.dcx());
            }
            float[] once = rnn.weightGradient();
            close(c, List.of("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), once);
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.backwardWeights());
            float[] twice = rnn.weightGradient();
            for (int i = 0; i < once.length; i++) {
                assertEquals(2 * once[i], twice[i], 1e-4 * (1 + Math.abs(once[i])), "gradients accumulate");
            }
        }
    }

    private static void close(Golden.Case c, String pointer, float[] actual) {
        INDArray expected = c.array(pointer);
        Golden.assertClose(expected, Nd4j.createFromArray(actual), TOLERANCE, c.name() + pointer);
    }

    private static void close(Golden.Case c, List<String> parameters, float[] actual) {
        int at = 0;
        for (String parameter : parameters) {
            int count = (int) c.array("/gradients/" + parameter).length();
            close(c, "/gradients/" + parameter, Arrays.copyOfRange(actual, at, at + count));
            at += count;
        }
        assertEquals(actual.length, at);
    }

    @Test
    void gradientsOfWeightsNeedThoseOfTheData() {
        Golden.Case c = Golden.ofOperation("gru").get(0);
        long[] shape = c.array("/inputs/x").shape();
        try (SimulatedRnn rnn =
                new SimulatedRnn(CUDNN_GRU, lengths(c, (int) shape[0], (int) shape[1]), (int) shape[0], c, false)) {
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.forward());
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.backwardWeights());
            assertTrue(Float.isNaN(rnn.weightGradient()[0]));
        }
    }

    @Test
    void persistentAlgorithmsRefuseWhatTheyCantDo() {
        Golden.Case c = Golden.ofOperation("rnn").get(0);
        int steps = (int) c.array("/inputs/x").shape()[0];
        int batch = (int) c.array("/inputs/x").shape()[1];
        int[] lengths = lengths(c, steps, batch);
        try (SimulatedRnn rnn = new SimulatedRnn(cell(c), lengths, steps, c, false)) {
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.sizesWith(CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H));
            assertEquals(CUDNN_STATUS_NOT_SUPPORTED, rnn.sizesWith(CUDNN_RNN_ALGO_PERSIST_STATIC));
        }
        lengths[0] = steps - 1;
        try (SimulatedRnn rnn = new SimulatedRnn(cell(c), lengths, steps, c, false)) {
            assertEquals(CUDNN_STATUS_NOT_SUPPORTED, rnn.sizesWith(CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H));
            assertEquals(CUDNN_STATUS_SUCCESS, rnn.sizesWith(CUDNN_RNN_ALGO_STANDARD));
        }
    }
}
