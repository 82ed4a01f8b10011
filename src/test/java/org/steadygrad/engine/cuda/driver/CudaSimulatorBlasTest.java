package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cublas.*;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.device;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.values;

import java.util.Random;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulated machine's matrix products. */
@Tag("simulated")
class CudaSimulatorBlasTest {
    private static final int M = 7;
    private static final int N = 17;
    private static final int K = 33;
    private static final int LD = 35;

    private static cublasContext blas;

    @BeforeAll
    static void load() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        SimulatedCuda.load();
        blas = new cublasContext();
        assertEquals(0, cublasCreate_v2(blas));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 0.5", "0, 1, 1", "1, 1, -2"})
    void multipliesInAllTranspositions(int transposeA, int transposeB, float beta) {
        float[] a = random(LD * LD, 1);
        float[] b = random(LD * LD, 2);
        float[] c = random(LD * N, 3);
        FloatPointer out = beta == 0 ? device((long) LD * N) : device(c);
        try (FloatPointer alpha = new FloatPointer(1.5f);
                FloatPointer betas = new FloatPointer(beta)) {
            int status = cublasGemmEx(
                    blas,
                    transposeA,
                    transposeB,
                    M,
                    N,
                    K,
                    alpha,
                    device(a),
                    CUDA_R_32F,
                    LD,
                    device(b),
                    CUDA_R_32F,
                    LD,
                    betas,
                    out,
                    CUDA_R_32F,
                    LD,
                    CUBLAS_COMPUTE_32F,
                    CUBLAS_GEMM_DEFAULT);
            assertEquals(0, status);
        }
        float[] got = values(out, LD * N);
        for (int column = 0; column < N; column++) {
            for (int row = 0; row < M; row++) {
                double sum = 0;
                for (int k = 0; k < K; k++) {
                    sum += (double) a[transposeA == 0 ? row + k * LD : k + row * LD]
                            * b[transposeB == 0 ? k + column * LD : column + k * LD];
                }
                double expected = 1.5 * sum + (beta == 0 ? 0 : beta * c[row + column * LD]);
                assertEquals(expected, got[row + column * LD], 1e-5, row + ", " + column);
            }
        }
    }

    /** 1 + 2^-9 keeps its last bit in TF32 and half precision, not in bfloat16; 1 + 2^-12 in none of them. */
    @ParameterizedTest
    @CsvSource({"68, 9, true", "77, 9, true", "74, 9, true", "75, 9, false", "69, 12, true", "77, 12, false"})
    void roundsItsInputsAsTheComputeTypeSays(int compute, int bit, boolean kept) {
        float x = 1 + (float) Math.scalb(1.0, -bit);
        FloatPointer out = device(1L);
        try (FloatPointer one = new FloatPointer(1f);
                FloatPointer zero = new FloatPointer(0f)) {
            int status = cublasGemmEx(
                    blas,
                    0,
                    0,
                    1,
                    1,
                    1,
                    one,
                    device(x),
                    CUDA_R_32F,
                    1,
                    device(1f),
                    CUDA_R_32F,
                    1,
                    zero,
                    out,
                    CUDA_R_32F,
                    1,
                    compute,
                    CUBLAS_GEMM_DEFAULT);
            assertEquals(0, status);
        }
        assertArrayEquals(new float[] {kept ? x : 1}, values(out, 1));
    }

    @Test
    void multipliesBatches() {
        FloatPointer out = device(3L);
        try (FloatPointer one = new FloatPointer(1f);
                FloatPointer zero = new FloatPointer(0f)) {
            int status = cublasGemmStridedBatchedEx(
                    blas,
                    0,
                    0,
                    1,
                    1,
                    2,
                    one,
                    device(1, 2, 3, 4, 5, 6),
                    CUDA_R_32F,
                    1,
                    2L,
                    device(10, 100),
                    CUDA_R_32F,
                    2,
                    0L,
                    zero,
                    out,
                    CUDA_R_32F,
                    1,
                    1L,
                    3,
                    CUBLAS_COMPUTE_32F,
                    CUBLAS_GEMM_DEFAULT);
            assertEquals(0, status);
        }
        assertArrayEquals(new float[] {210, 430, 650}, values(out, 3));
    }

    @Test
    void refusesWhatItDoesntKnow() {
        FloatPointer x = device(4L);
        try (FloatPointer one = new FloatPointer(1f)) {
            assertEquals(
                    CUBLAS_STATUS_NOT_SUPPORTED,
                    cublasGemmEx(
                            blas,
                            0,
                            0,
                            1,
                            1,
                            1,
                            one,
                            x,
                            CUDA_R_16F,
                            1,
                            x,
                            CUDA_R_16F,
                            1,
                            one,
                            x,
                            CUDA_R_16F,
                            1,
                            CUBLAS_COMPUTE_32F,
                            CUBLAS_GEMM_DEFAULT));
            assertEquals(
                    CUBLAS_STATUS_INVALID_VALUE,
                    cublasGemmEx(
                            blas,
                            0,
                            0,
                            2,
                            1,
                            1,
                            one,
                            x,
                            CUDA_R_32F,
                            1,
                            x,
                            CUDA_R_32F,
                            1,
                            one,
                            x,
                            CUDA_R_32F,
                            2,
                            CUBLAS_COMPUTE_32F,
                            CUBLAS_GEMM_DEFAULT),
                    "a leading dimension below the number of rows");
        }
    }

    private static float[] random(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
