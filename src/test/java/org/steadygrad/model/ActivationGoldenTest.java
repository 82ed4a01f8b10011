package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.fail;
import static org.steadygrad.golden.Golden.assertClose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.golden.Golden;
import org.steadygrad.spec.ActivationKind;

/** The activation functions that a run file can name, and their slopes, against PyTorch's. */
class ActivationGoldenTest {
    private static final Map<String, ActivationKind> KINDS = Map.ofEntries(
            Map.entry("sigmoid", ActivationKind.SIGMOID),
            Map.entry("tanh", ActivationKind.TANH),
            Map.entry("relu", ActivationKind.RELU),
            Map.entry("relu6", ActivationKind.RELU6),
            Map.entry("selu", ActivationKind.SELU),
            Map.entry("gelu", ActivationKind.GELU),
            Map.entry("softplus", ActivationKind.SOFTPLUS),
            Map.entry("softsign", ActivationKind.SOFTSIGN),
            Map.entry("swish", ActivationKind.SWISH),
            Map.entry("mish", ActivationKind.MISH),
            Map.entry("hardtanh", ActivationKind.HARD_TANH));

    /** Where a function has no slope; any value between those of the two sides is right there. */
    private static final Map<String, List<Double>> KINKS = Map.of(
            "relu", List.of(0.0),
            "relu6", List.of(0.0, 6.0),
            "leakyrelu", List.of(0.0),
            "hardtanh", List.of(-1.0, 1.0));

    @TestFactory
    Stream<DynamicTest> equalsPyTorch() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : Golden.ofOperation("activations")) {
            golden.content()
                    .get("cases")
                    .fieldNames()
                    .forEachRemaining(name ->
                            tests.add(DynamicTest.dynamicTest(golden.name() + " " + name, () -> check(golden, name))));
        }
        return tests.stream();
    }

    private static void check(Golden.Case golden, String name) {
        INDArray x = golden.array("/x");
        IActivation function = function(name);
        assertClose(golden.array("/cases/" + name + "/y"), function.getActivation(x.dup(), true), 1e-7, name);
        INDArray expected = golden.array("/cases/" + name + "/dydx");
        INDArray slope = function.backprop(x.dup(), Nd4j.onesLike(x)).getFirst();
        for (double kink : KINKS.getOrDefault(name.split("_", 2)[0], List.of())) {
            for (long i = 0; i < x.length(); i++) {
                if (x.getDouble(i) == kink) {
                    slope.putScalar(i, expected.getDouble(i));
                }
            }
        }
        assertClose(expected, slope, 1e-7, name + "'");
    }

    /** A name is a function's, and its parameter after an underscore. */
    private static IActivation function(String name) {
        String[] parts = name.split("_", 2);
        if (parts[0].equals("leakyrelu")) {
            return new ActivationLReLU(Double.parseDouble(parts[1]));
        }
        if (parts[0].equals("elu")) {
            return new ActivationELU(Double.parseDouble(parts[1]));
        }
        ActivationKind kind = KINDS.get(parts[0]);
        return kind == null ? fail("unknown activation in the golden cases: " + name) : Activations.of(kind);
    }
}
