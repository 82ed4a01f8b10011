package org.steadygrad.engine.cuda.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.DoubleBuffer;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.cuda.OnGpu;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.look.TensorScan.Tensor;
import org.steadygrad.engine.cuda.look.TensorScan.Workspace;
import org.steadygrad.engine.trace.Reading;
import org.steadygrad.model.ActivationRange;

@Tag("gpu")
class TensorScanTest {
    private static final ActivationRange TANH = new ActivationRange("tanh", -1, 1, 2, false);
    private static final ActivationRange RELU6 = new ActivationRange("relu6", Double.NaN, 6, 6, true);
    private static final ActivationRange RELU = new ActivationRange("relu", Double.NaN, Double.NaN, 0, true);

    private final Random random = new Random(5);
    private OnGpu gpu;

    @BeforeEach
    void open() {
        gpu = new OnGpu();
    }

    @AfterEach
    void close() {
        if (gpu != null) {
            gpu.close();
        }
    }

    /** @param mask null stands for none */
    private Reading read(float[] data, int columns, float[] mask, ActivationRange range) {
        DeviceMemory parts = gpu.doubles(gpu.runtime().mostBlocks() * TensorScan.PARTS);
        Workspace workspace = new Workspace(gpu.runtime(), parts, gpu.floats(columns));
        DeviceMemory result = gpu.doubles(TensorScan.NUMBERS);
        Tensor tensor =
                new Tensor(gpu.put(data), columns, Optional.ofNullable(mask).map(gpu::put), range);
        TensorScan scan = new TensorScan(workspace, tensor, result);
        scan.enqueue();
        // what one scan leaves in the workspace is nothing to the next
        scan.enqueue();
        return scan.reading(DoubleBuffer.wrap(gpu.getDoubles(result)));
    }

    private float[] values(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            // every third column is dead
            values[i] = i % columns % 3 == 0 ? 0 : (float) (3 * random.nextGaussian());
        }
        return values;
    }

    private static float[] everyFourthMasked(int rows) {
        float[] mask = new float[rows];
        for (int i = 0; i < rows; i++) {
            mask[i] = i % 4 == 1 ? 0 : 1;
        }
        return mask;
    }

    private static void check(float[] data, int columns, float[] mask, ActivationRange range, Reading actual) {
        double sum = 0;
        double present = 0;
        double all = 0;
        int count = 0;
        int saturated = 0;
        boolean[] alive = new boolean[columns];
        for (int i = 0; i < data.length; i++) {
            double x = data[i];
            all += x * x;
            if (mask == null || mask[i / columns] != 0) {
                count++;
                sum += x;
                present += x * x;
                saturated += range.saturated(x) ? 1 : 0;
                alive[i % columns] |= x != 0;
            }
        }
        int dead = 0;
        for (boolean one : alive) {
            dead += one ? 0 : 1;
        }
        double mean = sum / count;
        assertEquals(Math.sqrt(all), actual.norm(), 1e-12 * Math.sqrt(all));
        assertEquals(mean, actual.mean(), 1e-12);
        assertEquals(Math.sqrt(present / count - mean * mean), actual.deviation(), 1e-9);
        assertEquals(saturated / (double) count, actual.saturatedShare());
        assertEquals(range.canDie() ? dead / (double) columns : 0, actual.deadShare());
        assertEquals(-1, actual.nonFiniteRow());
        assertEquals(0, actual.nonFinite());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "7, 3", "33, 17", "3, 257", "257, 1", "5, 1025", "1025, 33"})
    void likeADoubleLoop(int rows, int columns) {
        float[] data = values(rows, columns);
        for (ActivationRange range : new ActivationRange[] {TANH, RELU, RELU6, ActivationRange.NONE}) {
            check(data, columns, null, range, read(data, columns, null, range));
            float[] mask = everyFourthMasked(rows);
            check(data, columns, mask, range, read(data, columns, mask, range));
        }
    }

    @Test
    void unitsThatLiveInMaskedRowsOnlyAreDead() {
        float[] data = {0, 0, 5, 1, 0, 2};
        Reading reading = read(data, 2, new float[] {1, 0, 1}, RELU);
        assertEquals(0.5, reading.deadShare());
        assertEquals(0, read(data, 2, new float[] {0, 0, 0}, RELU).deadShare());
        assertEquals(0, read(data, 2, new float[] {0, 0, 0}, RELU).mean());
    }

    @Test
    void theFirstNonFiniteElementIsFound() {
        float[] data = values(1025, 33);
        data[700 * 33 + 2] = Float.NaN;
        data[900 * 33] = Float.POSITIVE_INFINITY;
        data[300 * 33 + 32] = Float.NEGATIVE_INFINITY;
        Reading reading = read(data, 33, null, TANH);
        assertEquals(300, reading.nonFiniteRow());
        assertEquals(Double.NEGATIVE_INFINITY, reading.nonFinite());
        assertTrue(Double.isNaN(reading.norm()));
        // masked rows count for that, since they spoil gradients
        data[33 + 1] = Float.NaN;
        Reading masked = read(data, 33, everyFourthMasked(1025), RELU);
        assertEquals(1, masked.nonFiniteRow());
        assertTrue(Double.isNaN(masked.nonFinite()));
    }

    @Test
    void tinyAndHugeValuesKeepTheirNorm() {
        assertEquals(
                2 * (double) 1e-40f,
                read(new float[] {1e-40f, 1e-40f, 1e-40f, 1e-40f}, 4, null, RELU)
                        .norm(),
                1e-45);
        assertEquals(
                2e38,
                read(new float[] {1e38f, 1e38f, 1e38f, 1e38f}, 2, null, RELU).norm(),
                1e32);
    }
}
