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
import static org.bytedeco.cuda.global.cudart.cudaPeekAtLastError;
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
    /** Uncorrectable errors of memory and of links between devices, and those kept to one process. */
    private static final Set<Integer> HARDWARE = Set.of(214, 220, 226);

    /**
     * What kernels do wrong: illegal address, failed assertion, hardware stack, illegal instruction, misaligned address,
     * invalid address space, invalid program counter, launch failure, tensor memory not given back.
     */
    private static final Set<Integer> KERNEL = Set.of(700, 710, 714, 715, 716, 717, 718, 719, 721);

    private static final int TIMEOUT = 702;

    /** The context is gone, or nobody knows: what is left when a device falls off the bus or its driver is reset. */
    private static final Set<Integer> DRIVER = Set.of(709, 810, 999);

    private static final int TAKEN = 46;

    /** Longest of cuDNN's messages, in bytes. */
    private static final int DNN_MESSAGE = 4096;

    /** cuDNN counts its errors by groups of as many. */
    private static final int DNN_STATUS_GROUP = 1000;

    private Status() {}

    static void runtime(int status, String call) {
        if (status != cudaSuccess) {
            throw failure(status, call, runtimeText(status));
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

    /** A library tells less than the runtime, which keeps the error that ended the context. */
    private static CudaException library(String who, CudaException.Kind kind, int status, String call, String text) {
        int beneath = cudaPeekAtLastError();
        if (endsContext(beneath)) {
            return lost(beneath, call, who + " status " + status + ", " + runtimeText(beneath));
        }
        CudaException failure = new CudaException(
                kind, "engine cuda: " + who + " refused " + call + " (" + status + ", " + text + ").");
        if (kind == CudaException.Kind.DEVICE_LOST) {
            Device.noteLoss(failure);
        }
        return failure;
    }

    private static CudaException failure(int status, String call, String text) {
        if (status == cudaErrorMemoryAllocation) {
            return new CudaException(
                    CudaException.Kind.OUT_OF_MEMORY, "engine cuda: the device is out of memory in " + call + ".");
        }
        if (status == TAKEN) {
            return new CudaException(
                    CudaException.Kind.DEVICE_TAKEN,
                    "engine cuda: the device is taken by another program or may not be used: " + call + " failed ("
                            + status + ", " + text + "). Wait for the other program, allow sharing with nvidia-smi -c"
                            + " DEFAULT, or name another device or engine.");
        }
        if (endsContext(status)) {
            return lost(status, call, text);
        }
        return new CudaException(
                CudaException.Kind.OTHER, "engine cuda: " + call + " failed (" + status + ", " + text + ").");
    }

    /**
     * Whether nothing works in the context after an error, whichever call reports it. The runtime and the driver number errors
     * alike.
     */
    private static boolean endsContext(int status) {
        return HARDWARE.contains(status) || KERNEL.contains(status) || DRIVER.contains(status) || status == TIMEOUT;
    }

    private static CudaException lost(int status, String call, String text) {
        CudaException loss = new CudaException(
                CudaException.Kind.DEVICE_LOST,
                "engine cuda: the device was lost: " + call + " reports error " + status + " (" + text
                        + "), of its own or of work that was enqueued before. What the device held is gone, and this"
                        + " process can't use it again. " + cause(status));
        Device.noteLoss(loss);
        return loss;
    }

    private static String cause(int status) {
        if (HARDWARE.contains(status)) {
            return "It is the hardware: see nvidia-smi -q -d ECC, and what the kernel's log says of NVRM and Xid.";
        }
        if (status == TIMEOUT) {
            return "A kernel took longer than the system allows a device that also drives a display.";
        }
        return KERNEL.contains(status)
                ? "A kernel did what it mustn't, or memory is damaged; the kernel's log may name an Xid."
                : "The driver was reset, or the device fell off the bus: see what the kernel's log says of NVRM and Xid.";
    }

    private static String runtimeText(int status) {
        return cudaGetErrorName(status).getString() + ", "
                + cudaGetErrorString(status).getString();
    }

    /**
     * Gives something back. On a lost device there is nothing to give back, and whoever closes things after a failure doesn't
     * want to hear of it again.
     *
     * @param call throws if it fails
     */
    static void release(Runnable call) {
        if (Device.lostHere()) {
            return;
        }
        try {
            call.run();
        } catch (CudaException e) {
            if (e.kind() != CudaException.Kind.DEVICE_LOST) {
                throw e;
            }
        }
    }
}
