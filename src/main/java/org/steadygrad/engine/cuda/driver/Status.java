package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cublas.CUBLAS_STATUS_ALLOC_FAILED;
import static org.bytedeco.cuda.global.cublas.CUBLAS_STATUS_EXECUTION_FAILED;
import static org.bytedeco.cuda.global.cublas.CUBLAS_STATUS_MAPPING_ERROR;
import static org.bytedeco.cuda.global.cublas.cublasGetStatusName;
import static org.bytedeco.cuda.global.cublas.cublasGetStatusString;
import static org.bytedeco.cuda.global.cudart.CUDA_SUCCESS;
import static org.bytedeco.cuda.global.cudart.cuGetErrorName;
import static org.bytedeco.cuda.global.cudart.cuGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaErrorMemoryAllocation;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorName;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaSuccess;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_EXECUTION_FAILED;
import static org.bytedeco.cuda.global.cudnn.CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
import static org.bytedeco.cuda.global.cudnn.cudnnGetErrorString;
import static org.bytedeco.cuda.global.cudnn.cudnnGetLastErrorString;
import static org.bytedeco.cuda.global.nvrtc.nvrtcGetErrorString;

import java.util.Set;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/** Turns the status that a native call returns into an exception that names the call. */
final class Status {
    /**
     * Errors after which the context is of no use: illegal address, launch timeout, hardware stack, illegal instruction,
     * misaligned address, invalid address space, invalid program counter, launch failure, uncorrectable memory, device
     * unavailable, lost device of a system reset. The runtime and the driver number them alike.
     */
    private static final Set<Integer> LOST = Set.of(46, 214, 700, 702, 709, 714, 715, 716, 717, 718, 719, 721, 999);

    /** Longest of cuDNN's messages, in bytes. */
    private static final int DNN_MESSAGE = 4096;

    /** cuDNN counts its errors by groups of as many. */
    private static final int DNN_STATUS_GROUP = 1000;

    private Status() {}

    static void runtime(int status, String call) {
        if (status != cudaSuccess) {
            String text = cudaGetErrorName(status).getString() + ", "
                    + cudaGetErrorString(status).getString();
            throw failure(status, call, text);
        }
    }

    static void driver(int status, String call) {
        if (status != CUDA_SUCCESS) {
            try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
                text.put(0, null);
                cuGetErrorName(status, text);
                BytePointer name = text.get(BytePointer.class, 0);
                text.put(0, null);
                cuGetErrorString(status, text);
                BytePointer words = text.get(BytePointer.class, 0);
                throw failure(
                        status,
                        call,
                        name == null || words == null
                                ? "an error that the driver has no words for"
                                : name.getString() + ", " + words.getString());
            }
        }
    }

    static void blas(int status, String call) {
        if (status != 0) {
            String text = cublasGetStatusName(status).getString() + ", "
                    + cublasGetStatusString(status).getString();
            throw library("cuBLAS", blasKind(status), status, call, text);
        }
    }

    static void dnn(int status, String call) {
        if (status != 0) {
            String condition = lastDnnError();
            String text = cudnnGetErrorString(status).getString() + (condition.isEmpty() ? "" : ": " + condition);
            throw library("cuDNN", dnnKind(status), status, call, text);
        }
    }

    /** The condition that failed in this thread's last call of cuDNN; "" when it doesn't tell. */
    private static String lastDnnError() {
        byte[] text = new byte[DNN_MESSAGE];
        cudnnGetLastErrorString(text, text.length);
        return CText.of(text).strip();
    }

    static void compiler(int status, String call) {
        if (status != 0) {
            throw library(
                    "NVRTC",
                    CudaException.Kind.OTHER,
                    status,
                    call,
                    nvrtcGetErrorString(status).getString());
        }
    }

    private static CudaException.Kind blasKind(int status) {
        return switch (status) {
            case CUBLAS_STATUS_ALLOC_FAILED -> CudaException.Kind.OUT_OF_MEMORY;
            case CUBLAS_STATUS_MAPPING_ERROR, CUBLAS_STATUS_EXECUTION_FAILED -> CudaException.Kind.DEVICE_LOST;
            default -> CudaException.Kind.OTHER;
        };
    }

    private static CudaException.Kind dnnKind(int status) {
        if (status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED) {
            return CudaException.Kind.OUT_OF_MEMORY;
        }
        boolean executing = status / DNN_STATUS_GROUP == CUDNN_STATUS_EXECUTION_FAILED / DNN_STATUS_GROUP;
        return executing ? CudaException.Kind.DEVICE_LOST : CudaException.Kind.OTHER;
    }

    private static CudaException library(String who, CudaException.Kind kind, int status, String call, String text) {
        return new CudaException(kind, "engine cuda: " + who + " refused " + call + " (" + status + ", " + text + ").");
    }

    private static CudaException failure(int status, String call, String text) {
        if (status == cudaErrorMemoryAllocation) {
            return new CudaException(
                    CudaException.Kind.OUT_OF_MEMORY, "engine cuda: the device is out of memory in " + call + ".");
        }
        if (LOST.contains(status)) {
            return new CudaException(
                    CudaException.Kind.DEVICE_LOST,
                    "engine cuda: the device was lost in " + call + " (" + status + ", " + text
                            + "). What it held is gone.");
        }
        return new CudaException(
                CudaException.Kind.OTHER, "engine cuda: " + call + " failed (" + status + ", " + text + ").");
    }
}
