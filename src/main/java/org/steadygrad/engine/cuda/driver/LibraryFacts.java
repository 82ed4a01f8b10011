package org.steadygrad.engine.cuda.driver;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.cuda.global.nvrtc;

/** Versions of the libraries beside the runtime; each method touches one, which must be loaded before. */
final class LibraryFacts {
    private LibraryFacts() {}

    /** NVRTC's version, for example "13.1". */
    static String compiler() {
        int[] major = new int[1];
        int[] minor = new int[1];
        nvrtc.nvrtcVersion(major, minor);
        return major[0] + "." + minor[0];
    }

    /** Architectures that NVRTC has machine code for: 75 for compute capability 7.5; empty when it doesn't tell. */
    static List<Integer> architectures() {
        int[] count = new int[1];
        if (nvrtc.nvrtcGetNumSupportedArchs(count) != 0 || count[0] <= 0) {
            return List.of();
        }
        int[] values = new int[count[0]];
        List<Integer> architectures = new ArrayList<>();
        if (nvrtc.nvrtcGetSupportedArchs(values) == 0) {
            for (int value : values) {
                architectures.add(value);
            }
        }
        return architectures;
    }

    /** cuBLAS's version, for example "13.2.0". */
    static String blas() {
        int[] value = new int[1];
        List<String> parts = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            cublas.cublasGetProperty(part, value);
            parts.add(String.valueOf(value[0]));
        }
        return String.join(".", parts);
    }

    /** cuDNN's version: 91900 is 9.19.0. */
    static long dnn() {
        return cudnn.cudnnGetVersion();
    }

    /** Version of the CUDA runtime that cuDNN was built for, as the runtime numbers itself. */
    static long dnnMadeFor() {
        return cudnn.cudnnGetCudartVersion();
    }
}
