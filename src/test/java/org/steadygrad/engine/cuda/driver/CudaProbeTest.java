package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each case in a process of its own that finds no libraries but those made for it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere the libraries are left to the system")
class CudaProbeTest {
    @TempDir
    private static Path cache;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsACompiler() {
        assumeTrue(StubLibraries.possible(), "gcc is needed to make libraries");
    }

    private StubLibraries stubs() {
        return new StubLibraries(folder);
    }

    private StubLibraries all() throws Exception {
        return stubs().driver()
                .runtime(StubLibraries.TWO_GPUS, 13010)
                .compiler()
                .blas()
                .dnn(13010);
    }

    @Test
    void aWholeInstallationIsUsable() throws Exception {
        all();
        String text = probe();
        assertSays(text, "usable true", "problem \n", "driver=13.1", "runtime=13.1", "once true");
        assertSays(
                text,
                "ordinal=0, name=New GPU, computeCapability=9.0, memory=8589934592, multiprocessors=132, problem=]",
                "ordinal=1, name=Old GPU, computeCapability=6.1",
                "code for compute capability 7.5 to 12.0, and this is 6.1. Build with the profile cuda12-bundled");
        assertSays(
                text,
                "name=libcublas.so.13, version=13.12.11, file=" + folder.resolve("libcublas.so.13"),
                "name=libcudnn.so.9, version=9.19.0",
                "name=libnvrtc-builtins.so.13.1, version=13.1");
    }

    @Test
    void noDriver() throws Exception {
        refused(probe(), "No NVIDIA driver is installed (libcuda.so.1: not found). Install NVIDIA's driver");
    }

    @Test
    void aFileThatIsNoLibrary() throws Exception {
        Files.writeString(folder.resolve("libcuda.so.1"), "nothing");
        refused(
                probe(),
                "(libcuda.so.1: " + folder.resolve("libcuda.so.1") + " is no library for this machine). Install");
    }

    @Test
    void aStubInTheDriversPlace() throws Exception {
        all().plainLibrary("libcuda.so.1", "int nothing;");
        refused(probe(), "libcuda.so.1 is no driver, or one that is too old: it lacks cuDeviceGet", "stubs");
    }

    @Test
    void noDevice() throws Exception {
        all().runtime("int cudaGetDeviceCount(int *n) { return 100; }", 13010);
        refused(probe(), "A driver is installed, and it shows no GPU (CUDA error 100", "--gpus all", "MIG");
    }

    @Test
    void aDriverThatIsTooOld() throws Exception {
        all().runtime("int cudaGetDeviceCount(int *n) { return 35; }", 12040);
        refused(
                probe(),
                "runs CUDA up to 12.4, and the runtime is CUDA 13.1. Install driver 580 or newer, or build with the"
                        + " profile cuda12-bundled, for which 525 is enough.");
    }

    @Test
    void otherErrorsHaveTheirOwnSentence() throws Exception {
        all().runtime("int cudaGetDeviceCount(int *n) { return 34; }", 13010);
        refused(probe(), "is a stub for linking (CUDA error 34: words for it).");
        stubs().runtime("int cudaGetDeviceCount(int *n) { return 46; }", 13010);
        refused(probe(), "taken by other programs, or in exclusive or prohibited mode (CUDA error 46: words for it).");
        stubs().runtime("int cudaGetDeviceCount(int *n) { return 803; }", 13010);
        refused(probe(), "library and its kernel module differ in version (CUDA error 803: words for it). Restart");
        stubs().runtime("int cudaGetDeviceCount(int *n) { return 999; }", 13010);
        refused(probe(), "CUDA can't be started (CUDA error 999: words for it). See whether nvidia-smi works");
    }

    @Test
    void noRuntime() throws Exception {
        stubs().driver();
        refused(
                probe(),
                "Missing for CUDA 13: the CUDA runtime (libcudart.so.13: not found); NVRTC (libnvrtc.so.13: not found);"
                        + " cuBLAS (libcublas.so.13: not found); cuDNN (libcudnn.so.9: not found). Install them with pip"
                        + " install nvidia-cuda-runtime nvidia-cuda-nvrtc nvidia-cublas nvidia-cudnn-cu13",
                "-Dsteadygrad.cuda.path=",
                "cuda12-bundled");
    }

    @Test
    void noDnnAndYetTheDevicesAreListed() throws Exception {
        stubs().driver().runtime(StubLibraries.TWO_GPUS, 13010).compiler().blas();
        String text = probe();
        refused(text, "Missing for CUDA 13: cuDNN (libcudnn.so.9: not found). Install");
        assertSays(text, "name=New GPU");
    }

    @Test
    void aPartOfDnn() throws Exception {
        all();
        Files.delete(folder.resolve("libcudnn_adv.so.9"));
        refused(probe(), "libcudnn.so.9 is there, but beside it not all of libcudnn_graph.so.9, ");
    }

    @Test
    void librariesOfAnotherMajorVersion() throws Exception {
        stubs().driver().library("libcudart.so.12", "", "").library("libcublas.so.12", "", "");
        refused(
                probe(),
                "the CUDA runtime (libcudart.so.13: not found; " + folder.resolve("libcudart.so.12")
                        + " is of another major version than 13, which the bindings 13.");
    }

    @Test
    void dnnOfAnotherCuda() throws Exception {
        all().dnn(12060);
        refused(
                probe(),
                "cuDNN in " + folder.resolve("libcudnn.so.9") + " is made for CUDA 12, and the runtime is CUDA 13.1.");
    }

    @Test
    void aLibraryThatLacksAFunction() throws Exception {
        all().plainLibrary("libcudnn_graph.so.9", "long cudnnGetVersion(void) { return 91900; }");
        refused(probe(), "libcudnn.so.9 lacks cudnn", " more. Install a newer version of cuDNN");
    }

    @Test
    void noDeviceThatThisEngineRunsOn() throws Exception {
        String old = "int cudaGetDeviceCount(int *n) { *n = 1; return 0; }";
        String attribute = "int cudaDeviceGetAttribute(int *v, int a, int d) { *v = a == 75 ? 5 : 0; return 0; }";
        all().plainLibrary(
                        "libcudart.so.13",
                        old + attribute + "int cudaRuntimeGetVersion(int *v) { *v = 13000; return 0; }"
                                + "int cudaDriverGetVersion(int *v) { *v = 13000; return 0; }"
                                + NeededCalls.of("cuda").stream()
                                        .filter(name -> !name.matches(".*(Version|Count|Attribute)"))
                                        .map(name -> "int " + name + "(void) { return 0; }")
                                        .collect(Collectors.joining()));
        refused(
                probe(),
                "device 0 (New GPU) can't be used: ",
                "and this is 5.0. Build with the profile cuda12-bundled");
    }

    @Test
    void noBindingsOnTheClassPath() throws Exception {
        all();
        refused(
                probe(jar -> !isCuda(jar)),
                "The Java bindings of CUDA are not on the class path. Add org.bytedeco:cuda");
        refused(
                probe(jar -> !isCuda(jar) || !jar.matches(".*-(linux|windows)-[a-z0-9_]+\\.jar")),
                "The native part of CUDA's bindings for linux-");
    }

    private static boolean isCuda(String jar) {
        return new File(jar).getName().startsWith("cuda-");
    }

    private static void refused(String text, String... words) {
        assertSays(text, "usable false");
        assertSays(text, words);
    }

    private static void assertSays(String text, String... words) {
        for (String word : words) {
            assertTrue(text.contains(word), () -> "\"" + word + "\" in: " + text);
        }
    }

    private String probe() throws Exception {
        return probe(jar -> true);
    }

    private String probe(Predicate<String> jars) throws Exception {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String classPath = Stream.of(all.split(File.pathSeparator, -1))
                .filter(jars)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-D" + LibraryPlaces.PATH + "=" + folder,
                "-D" + LibraryPlaces.SEARCH + "=" + LibraryPlaces.PATH_ONLY,
                "-cp",
                classPath,
                ProbeProgram.class.getName()));
        Path output = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().remove("CUDA_VISIBLE_DEVICES");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        int code = builder.start().waitFor();
        String text = Files.readString(output);
        assertEquals("", Files.readString(errors), text);
        assertEquals(0, code, text);
        assertFalse(text.isEmpty());
        return text;
    }
}
