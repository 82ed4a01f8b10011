package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.golden.Golden;

/**
 * Clipping against PyTorch, whose clip_grad_norm_ multiplies by maxNorm / (norm + 1e-6): at most 1e-6 / norm relative
 * to ours.
 */
class ClippingGoldenTest {
    private static final double PYTORCH_EPSILON = 1e-6;

    @TestFactory
    List<DynamicTest> clipsAsPyTorchDoes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : Golden.ofOperation("clipping")) {
            List<INDArray> gradients = arrays(golden.content().get("gradients"));
            for (Map.Entry<String, JsonNode> named :
                    golden.content().get("cases").properties()) {
                String name = golden.name() + ", " + named.getKey();
                tests.add(DynamicTest.dynamicTest(name, () -> check(gradients, named.getKey(), named.getValue())));
            }
        }
        assertFalse(tests.isEmpty(), "the golden clipping files hold no case");
        return tests;
    }

    private static void check(List<INDArray> gradients, String name, JsonNode expected) {
        FlatLayout layout = layout(gradients);
        INDArray flat = flatten(gradients);
        GradientStatistics statistics = GradientOps.statistics(flat, layout);
        JsonNode norm = expected.get("norm_before");
        if (norm != null) {
            assertEquals(norm.asDouble(), statistics.globalNorm(), 1e-9 * norm.asDouble(), "norm before clipping");
        }
        ClipRule rule = rule(name);
        GradientOps.clip(flat, null, layout, statistics, rule);
        double smallestNorm = statistics.rows().stream()
                .mapToDouble(GradientStatistics.Row::norm)
                .filter(n -> n > 0)
                .min()
                .orElse(1);
        double tolerance = rule instanceof ClipRule.ByValue ? 1e-9 : PYTORCH_EPSILON / smallestNorm + 1e-9;
        Golden.assertClose(flatten(arrays(expected.get("clipped"))), flat, tolerance, name);
    }

    private static ClipRule rule(String name) {
        double limit = Double.parseDouble(name.substring(name.lastIndexOf('_') + 1));
        return switch (name.substring(0, name.lastIndexOf('_'))) {
            case "global_norm" -> new ClipRule.ByGlobalNorm(limit);
            case "per_tensor_norm" -> new ClipRule.ByTensorNorm(limit);
            case "value" -> new ClipRule.ByValue(limit);
            default -> throw new AssertionError("unknown golden clipping case " + name);
        };
    }

    private static List<INDArray> arrays(JsonNode nodes) {
        List<INDArray> arrays = new ArrayList<>();
        nodes.forEach(node -> arrays.add(Golden.array(node)));
        return arrays;
    }

    private static INDArray flatten(List<INDArray> arrays) {
        return Nd4j.concat(
                        0,
                        arrays.stream()
                                .map(a -> a.dup('f')
                                        .reshape('f', new long[] {a.length()})
                                        .castTo(DataType.DOUBLE))
                                .toArray(INDArray[]::new))
                .dup();
    }

    private static FlatLayout layout(List<INDArray> arrays) {
        List<ParameterBlock> blocks = new ArrayList<>();
        long offset = 0;
        for (INDArray array : arrays) {
            List<Long> shape = LongStream.of(array.shape()).boxed().toList();
            blocks.add(new ParameterBlock("" + blocks.size(), "W", offset, shape, ParameterBlock.Kind.TRAINED));
            offset += array.length();
        }
        return new FlatLayout(blocks);
    }
}
