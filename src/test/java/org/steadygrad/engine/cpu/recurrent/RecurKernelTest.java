package org.steadygrad.engine.cpu.recurrent;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.cpu.CpuGradient;

/** Recurrent layers against DL4J in double. */
class RecurKernelTest {
    private static ContractCase stepwise(int batch, int steps, int size, Layer... layers) {
        ContractData data = new ContractData(batch + 31L * steps);
        return new ContractCase(
                "batch " + batch + ", steps " + steps + ", inputs " + size,
                chain(InputType.recurrent(size), layers),
                ContractData.batch(data.normal(batch, size, steps), data.oneHot(batch, 3, steps)));
    }

    private static void assertLikeDl4j(ContractCase test) {
        try (CpuGradient engine = new CpuGradient(test)) {
            Gradient expected = Gradient.byDl4j(test.reference(), test.referenceBatch());
            Gradient.assertClose(expected.blocks(), engine.of(test.batch()).blocks(), 1e-5, "gradient");
        }
    }

    @TestFactory
    Stream<DynamicTest> sizes() {
        int[][] sizes = {
            {1, 1, 1, 1}, {3, 5, 1, 17}, {7, 33, 17, 1}, {17, 5, 7, 33}, {33, 1, 3, 3}, {2, 300, 3, 7}, {1, 33, 33, 17}
        };
        List<DynamicTest> tests = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int[] s : sizes) {
                ContractCase test = stepwise(s[0], s[1], s[2], cell.units(s[3]), stepClasses(3));
                tests.add(
                        DynamicTest.dynamicTest(cell + " of " + s[3] + ", " + test.name(), () -> assertLikeDl4j(test)));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> activationsOfSimpleCells() {
        return Stream.of(Activation.TANH, Activation.RELU, Activation.SIGMOID)
                .map(activation -> DynamicTest.dynamicTest(activation.name(), () -> {
                    Layer layer = new SimpleRnn.Builder()
                            .nOut(17)
                            .activation(activation)
                            .build();
                    assertLikeDl4j(stepwise(7, 33, 3, layer, stepClasses(3)));
                }));
    }
}
