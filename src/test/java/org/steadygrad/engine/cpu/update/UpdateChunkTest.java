package org.steadygrad.engine.cpu.update;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums of squares and what the bits tell, at odd lengths and extreme magnitudes. */
class UpdateChunkTest {
    private static final double[] MAGNITUDES = {1, 1e-6, 1e-15, 1e-30, 1e-44, 1e6, 1e18, 3e37};

    private final UpdateChunk chunk = new UpdateChunk();
    private final Random random = new Random(1);

    private void fill(int n, double magnitude) {
        for (int i = 0; i < UpdateChunk.LENGTH; i++) {
            // What lies beyond must not count.
            chunk.gradient[i] = i < n ? (float) (magnitude * random.nextGaussian()) : Float.NaN;
        }
    }

    private void scan(int n) {
        for (int i = 0; i < UpdateChunk.LENGTH; i++) {
            chunk.bits[i] = Float.floatToRawIntBits(chunk.gradient[i]);
        }
        chunk.scanBits(n);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 17, 33, 95, 96, 97, 511, 513, 1023, UpdateChunk.LENGTH})
    void ordinaryAndExtremeMagnitudes(int n) {
        for (double magnitude : MAGNITUDES) {
            fill(n, magnitude);
            double sum = 0;
            double largest = 0;
            int zeros = 0;
            for (int i = 0; i < n; i++) {
                sum += (double) chunk.gradient[i] * chunk.gradient[i];
                largest = Math.max(largest, Math.abs(chunk.gradient[i]));
                zeros += chunk.gradient[i] == 0 ? 1 : 0;
            }
            scan(n);
            assertEquals(largest, chunk.maxAbs());
            assertEquals(zeros, chunk.zeros());
            assertEquals(0, chunk.nonFinite());
            assertEquals(sum, chunk.sumOfSquares(chunk.gradient, n), 1e-6 * sum);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 17, 96, UpdateChunk.LENGTH})
    void zerosAndWildElements(int n) {
        fill(n, 1);
        chunk.gradient[0] = 0;
        chunk.gradient[n / 2] = -0.0f;
        chunk.gradient[n - 1] = Float.NEGATIVE_INFINITY;
        scan(n);
        assertEquals(2, chunk.zeros());
        assertEquals(1, chunk.nonFinite());
        chunk.gradient[0] = Float.intBitsToFloat(0xffc00001);
        scan(n);
        assertEquals(1, chunk.zeros());
        assertEquals(2, chunk.nonFinite());
        assertFalse(Double.isFinite(chunk.sumOfSquares(chunk.gradient, n)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 96, UpdateChunk.LENGTH})
    void allOfOneKind(int n) {
        fill(n, 0);
        scan(n);
        assertEquals(n, chunk.zeros());
        assertEquals(0, chunk.sumOfSquares(chunk.gradient, n));
        fill(n, Double.POSITIVE_INFINITY);
        scan(n);
        assertEquals(n, chunk.nonFinite());
        assertTrue(Double.isInfinite(chunk.sumOfSquares(chunk.gradient, n)));
    }
}
