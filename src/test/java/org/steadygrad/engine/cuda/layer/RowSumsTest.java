package org.steadygrad.engine.cuda.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.cuda.KernelBench;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.ColumnSplit;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

class RowSumsTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "7, 3", "33, 17", "257, 33", "1025, 257", "5000, 3", "40000, 1", "3000, 33"})
    @Tag("gpu")
    void columnsAreAddedUp(int rows, int columns) {
        Random random = new Random(rows);
        float[] values = KernelBench.normal(random, rows * columns);
        double[] expected = new double[columns];
        for (int i = 0; i < values.length; i++) {
            values[i] += 100;
            expected[i % columns] += values[i];
        }
        try (KernelBench bench = new KernelBench(1, 0)) {
            Value input = bench.input(columns);
            bench.with(new PlanOperation.Detach("d", input, bench.value(columns, false)));
            KernelContext context = bench.context();
            ModelMemory memory = context.model().memory();
            DeviceMemory matrix = context.scope().floats(values.length);
            DeviceMemory sums = context.scope().floats(columns);
            memory.write(values, matrix);
            RowSums.of(context, matrix, sums).forEach(context.runtime().stream()::launch);
            float[] first = memory.read(sums);
            KernelBench.assertClose(expected, first, 1e-7, "sums");
            RowSums.of(context, matrix, sums).forEach(context.runtime().stream()::launch);
            assertArrayEquals(first, memory.read(sums));
        }
    }

    /** Every row belongs to one chunk, none of which is empty, whatever the device. */
    @Test
    void chunksCoverTheRows() {
        for (int multiprocessors : new int[] {1, 20, 132}) {
            for (int columns : new int[] {1, 5, 32, 33, 100_000}) {
                for (int rows : new int[] {1, 31, 512, 513, 65_536, 1_000_003}) {
                    ColumnSplit split = ColumnSplit.of(rows, columns, multiprocessors);
                    assertTrue((long) split.chunks() * split.chunkRows() >= rows, split.toString());
                    assertTrue((long) (split.chunks() - 1) * split.chunkRows() < rows, split.toString());
                    assertTrue(split.tiles() * split.width() >= columns, split.toString());
                    assertEquals(1, Integer.bitCount(split.width()), split.toString());
                }
            }
        }
    }
}
