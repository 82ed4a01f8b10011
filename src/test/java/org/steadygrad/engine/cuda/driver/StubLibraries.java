package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes shared libraries with CUDA's names and functions that do nearly nothing, by gcc, in a folder. */
final class StubLibraries {
    /** A driver and a runtime for CUDA 13 that see two GPUs. */
    static final String TWO_GPUS = "int cudaGetDeviceCount(int *n) { *n = 2; return 0; }";

    private static final String RUNTIME =
            """
            int cudaRuntimeGetVersion(int *v) { *v = 13010; return 0; }
            int cudaDriverGetVersion(int *v) { *v = %d; return 0; }
            const char *cudaGetErrorString(int e) { return "words for it"; }
            int cudaDeviceGetAttribute(int *v, int a, int d) {
                *v = a == 75 ? (d ? 6 : 9) : a == 76 ? d : a == 16 ? 132 : 0; return 0; }
            """;
    private static final String DRIVER =
            """
            int cuDeviceGet(int *h, int d) { *h = d; return 0; }
            int cuDeviceGetName(char *name, int n, int d) {
                const char *text = d ? "Old GPU" : "New GPU"; int i = 0;
                do { name[i] = text[i]; } while (text[i++]); return 0; }
            int cuDeviceTotalMem_v2(unsigned long *bytes, int d) { *bytes = 8UL << 30; return 0; }
            """;
    private static final String COMPILER =
            """
            int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 1; return 0; }
            int nvrtcGetNumSupportedArchs(int *n) { *n = 3; return 0; }
            int nvrtcGetSupportedArchs(int *a) { a[0] = 75; a[1] = 90; a[2] = 120; return 0; }
            """;
    private static final String BLAS = "int cublasGetProperty(int part, int *v) { *v = 13 - part; return 0; }";

    private final Path folder;

    StubLibraries(Path folder) {
        this.folder = folder;
    }

    static boolean possible() {
        try {
            return new ProcessBuilder("gcc", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    StubLibraries driver() throws Exception {
        return library("libcuda.so.1", "cu", DRIVER);
    }

    /**
     * A runtime.
     *
     * @param count the function cudaGetDeviceCount
     * @param driver the CUDA version that it says the driver runs
     */
    StubLibraries runtime(String count, int driver) throws Exception {
        return library("libcudart.so.13", "cuda", RUNTIME.formatted(driver) + count);
    }

    StubLibraries compiler() throws Exception {
        return library("libnvrtc-builtins.so.13.1", "", "").library("libnvrtc.so.13", "nvrtc", COMPILER);
    }

    StubLibraries blas() throws Exception {
        return library("libcublasLt.so.13", "", "").library("libcublas.so.13", "cublas", BLAS);
    }

    /** @param madeFor CUDA version, 13010 for 13.1 */
    StubLibraries dnn(int madeFor) throws Exception {
        String graph = "long cudnnGetVersion(void) { return 91900; } long cudnnGetCudartVersion(void) { return "
                + madeFor + "; }";
        return library("libcudnn_graph.so.9", "cudnn", graph)
                .library("libcudnn_ops.so.9", "", "")
                .library("libcudnn_cnn.so.9", "", "")
                .library("libcudnn_adv.so.9", "", "")
                .library("libcudnn.so.9", "", "");
    }

    /** @param prefix all needed functions with it that the code doesn't define return 0; "" for none */
    StubLibraries library(String soname, String prefix, String code) throws Exception {
        StringBuilder source = new StringBuilder(code).append('\n');
        for (String function : prefix.isEmpty() ? List.<String>of() : NeededCalls.of(prefix)) {
            if (!code.contains(" " + function + "(") && !code.contains("*" + function + "(")) {
                if (!code.contains(function + "_v2(")) {
                    source.append("int ").append(function).append("(void) { return 0; }\n");
                }
            }
        }
        return plainLibrary(soname, source.toString());
    }

    /** With the version of symbols that the bindings ask for; without one the loader prints a warning. */
    StubLibraries plainLibrary(String soname, String source) throws Exception {
        Path code = folder.resolve(soname + ".c");
        Path script = folder.resolve(soname + ".map");
        Files.writeString(code, source);
        Files.writeString(script, soname + " { global: *; };\n");
        List<String> command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-w", "-Wl,-soname," + soname));
        if (!soname.startsWith("libcuda.") && !soname.contains("-")) {
            command.add("-Wl,--version-script=" + script);
        }
        command.addAll(List.of("-o", folder.resolve(soname).toString(), code.toString()));
        Process gcc = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(gcc.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, gcc.waitFor(), said);
        return this;
    }
}
