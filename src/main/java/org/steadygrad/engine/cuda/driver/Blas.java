package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cublas.CUBLAS_GEMM_DEFAULT;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cublas.cublasCreate_v2;
import static org.bytedeco.cuda.global.cublas.cublasDestroy_v2;
import static org.bytedeco.cuda.global.cublas.cublasGemmEx;
import static org.bytedeco.cuda.global.cublas.cublasSetStream_v2;
import static org.bytedeco.cuda.global.cublas.cublasSetWorkspace_v2;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.javacpp.FloatPointer;
import org.steadygrad.spec.Precision;

/** Matrix products of one stream, by cuBLAS. A workspace of its own makes them repeatable and fit for graphs. */
public final class Blas implements AutoCloseable {
    /** What NVIDIA recommends for Hopper and above; less is enough for others. */
    private static final long WORKSPACE = 32L << 20;

    private final cublasContext handle = new cublasContext();
    private final int computeType;
    private final FloatPointer zero = new FloatPointer(0f);
    private final FloatPointer one = new FloatPointer(1f);
    private boolean closed;

    /** @param scope owns the workspace */
    public Blas(DeviceScope scope, Stream stream, Precision precision) {
        computeType = ComputeType.of(precision);
        Status.blas(cublasCreate_v2(handle), "cublasCreate");
        try {
            Status.blas(cublasSetStream_v2(handle, stream.handle()), "cublasSetStream");
            // setting the stream forgets the workspace, so that this comes after it
            Status.blas(
                    cublasSetWorkspace_v2(handle, scope.bytes(WORKSPACE).pointer(), WORKSPACE), "cublasSetWorkspace");
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * A matrix in cuBLAS's column-major order.
     *
     * @param leading distance from one column to the next, in elements
     * @param transposed whether its transpose takes part in the product
     */
    public record Matrix(DeviceMemory memory, int leading, boolean transposed) {
        public static Matrix of(DeviceMemory memory, int leading) {
            return new Matrix(memory, leading, false);
        }

        public Matrix transpose() {
            return new Matrix(memory, leading, !transposed);
        }

        private int operation() {
            return transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
        }
    }

    /**
     * {@code c = a b}, or {@code c = c + a b}.
     *
     * @param c [m, n], overwritten; not transposed
     * @param a [m, k] once transposed, if it is to be
     * @param b [k, n] likewise
     * @param add whether the product is added to what c holds
     */
    public void product(Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean add) {
        Status.blas(
                cublasGemmEx(
                        handle,
                        a.operation(),
                        b.operation(),
                        m,
                        n,
                        k,
                        one,
                        a.memory.pointer(),
                        CUDA_R_32F,
                        a.leading,
                        b.memory.pointer(),
                        CUDA_R_32F,
                        b.leading,
                        add ? one : zero,
                        c.memory.pointer(),
                        CUDA_R_32F,
                        c.leading,
                        computeType,
                        CUBLAS_GEMM_DEFAULT),
                "a product of [" + m + ", " + k + "] and [" + k + ", " + n + "]");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Status.release(() -> Status.blas(cublasDestroy_v2(handle), "cublasDestroy"));
        }
    }
}
