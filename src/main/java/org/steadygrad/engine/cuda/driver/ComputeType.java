package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_16BF;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_16F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;

import org.steadygrad.spec.Precision;

/** cuBLAS's words for a precision. */
final class ComputeType {
    private ComputeType() {}

    static int of(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> CUBLAS_COMPUTE_32F;
            case TF32 -> CUBLAS_COMPUTE_32F_FAST_TF32;
            case BF16 -> CUBLAS_COMPUTE_32F_FAST_16BF;
            case FP16 -> CUBLAS_COMPUTE_32F_FAST_16F;
        };
    }
}
