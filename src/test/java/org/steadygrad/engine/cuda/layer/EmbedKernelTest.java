package org.steadygrad.engine.cuda.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.ops.ParameterBlock.Kind;

@Tag("gpu")
class EmbedKernelTest {

    /**
     * @param symbols how many different numbers occur: few make long runs, which several blocks have a part in
     */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, true", "1, 7, 3, 1, false", "17, 33, 3, 17, true", "300, 257, 33, 300, true",
        "300, 1025, 5, 2, true", "70000, 2500, 1, 70000, true", "3, 3000, 17, 1, false", "70000, 700, 3, 5, true"
    })
    void rowsAreLookedUpAndTheirGradientsAddedUp(int vocabulary, int rows, int size, int symbols, boolean biased) {
        Random random = new Random(rows);
        float[] numbers = new float[rows];
        for (int i = 0; i < rows; i++) {
            numbers[i] = vocabulary - 1 - random.nextInt(symbols);
        }
        float[] table = KernelBench.normal(random, vocabulary * size);
        float[] bias = KernelBench.normal(random, size);
        float[] above = KernelBench.normal(random, rows * size);
        double[] expected = new double[rows * size];
        double[] slopes = new double[vocabulary * size];
        double[] biasSlopes = new double[size];
        for (int i = 0; i < expected.length; i++) {
            int at = (int) numbers[i / size] + i % size * vocabulary;
            expected[i] = table[at] + (biased ? bias[i % size] : 0);
            slopes[at] += above[i];
            biasSlopes[i % size] += above[i];
        }
        try (KernelBench bench = new KernelBench(rows, 0)) {
            Value input = bench.value(1, false);
            ParameterBlock weights = bench.parameter("W", Kind.TRAINED, vocabulary, size);
            ParameterBlock shift = bench.parameter("b", Kind.TRAINED, size);
            bench.with(new PlanOperation.Embed(
                    "e", input, bench.value(size, false), weights, biased ? Optional.of(shift) : Optional.empty()));
            bench.set(input, numbers).set(weights, table).set(shift, bias);
            KernelBench.assertClose(expected, bench.forward(), 1e-6, "output");
            float[] gradient = bench.backward(above).gradient(weights);
            KernelBench.assertClose(slopes, gradient, 3e-6, "gradient of the table");
            if (biased) {
                KernelBench.assertClose(biasSlopes, bench.gradient(shift), 1e-6, "gradient of the bias");
            }
            assertArrayEquals(gradient, bench.backward(above).gradient(weights), "again");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 33", "2, 7", "256, 257", "257, 2049", "65537, 5000", "1000000, 3"})
    void sortedNumbersKeepTheOrderOfTheirRows(int bound, int count) {
        Random random = new Random(bound);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextInt(3) == 0 ? bound - 1 : random.nextInt(bound);
        }
        try (KernelBench bench = new KernelBench(count, 0)) {
            Value input = bench.value(1, false);
            ParameterBlock weights = bench.parameter("W", Kind.TRAINED, bound, 1);
            bench.with(new PlanOperation.Embed("e", input, bench.value(1, false), weights, Optional.empty()));
            bench.set(input, numbers);
            KernelContext context = bench.context();
            SortedNumbers sorted = new SortedNumbers(context, context.value(input), bound);
            sorted.launches().forEach(context.runtime().stream()::launch);
            float[] keys = context.model().memory().read(sorted.keys());
            float[] rows = context.model().memory().read(sorted.rows());
            int lastKey = -1;
            int lastRow = -1;
            for (int i = 0; i < count; i++) {
                int key = Float.floatToRawIntBits(keys[i]);
                int row = Float.floatToRawIntBits(rows[i]);
                assertEquals(numbers[row], key, "position " + i);
                assertEquals(true, key > lastKey || (key == lastKey && row > lastRow), "order at " + i);
                lastKey = key;
                lastRow = row;
            }
        }
    }
}
