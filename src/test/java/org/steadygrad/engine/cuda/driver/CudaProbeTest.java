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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each case in a process of its own that finds no libraries but those made for it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere the libraries are left to the system")
class CudaProbeTest {
    @TempDir
    private static Path cache;

    @TempDir
    private Path folder;

    /** What the user names; "" for the folder. */
    private String named = "";

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
        refused(
                probe(),
                "A driver is installed, and it shows no GPU (CUDA error 100: words for it). See whether",
                "--gpus all",
                "MIG",
                "error 100");
    }

    @Test
    void aDriverThatIsTooOld() throws Exception {
        all().runtime("int cudaGetDeviceCount(int *n) { return 35; }", 12040);
        refused(
                probe(),
                "runs CUDA up to 12.4, and the runtime is CUDA 13.1 (CUDA error 35: words for it). Install driver 580 or"
                        + " newer, or use CUDA 12, for which 525 is enough: with its packages for Python"
                        + " (STEADYGRAD_PROFILES=cuda12)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1   | CUDA can't be started",
                "2   | The driver has no memory to start with",
                "3   | The driver is there and can't start",
                "34  | The driver that was loaded is a stub for linking",
                "46  | The GPUs are there and unavailable: taken by other programs, or in exclusive or prohibited mode",
                "100 | A driver is installed, and it shows no GPU",
                "800 | This user may not use the GPUs",
                "802 | The GPUs are there and not ready",
                "803 | The driver's library and its kernel module differ in version",
                "804 | The driver's library is of a compatibility package that these GPUs don't take",
                "999 | The driver is there and fails for a reason that it doesn't tell"
            })
    void errorsOfTheDriverHaveTheirOwnSentences(int error, String words) throws Exception {
        all().runtime("int cudaGetDeviceCount(int *n) { return " + error + "; }", 13010);
        refused(probe(), words + " (CUDA error " + error + ": words for it). ", "error " + error);
    }

    @Test
    void doctorListsAllLibrariesThoughTheDriverFails() throws Exception {
        all().runtime("int cudaGetDeviceCount(int *n) { return 802; }", 13010);
        assertSays(
                probe(jar -> true, "all"),
                "name=libcudart.so.13, version=13.1",
                "name=libnvrtc.so.13, version=13.1",
                "name=libcublas.so.13, version=13.12.11",
                "name=libcudnn.so.9, version=9.19.0");
    }

    @Test
    void allThatIsMissingIsSaidAtOnce() throws Exception {
        stubs().driver().runtime("int cudaGetDeviceCount(int *n) { return 46; }", 13010);
        refused(
                probe(),
                "problem The GPUs are there and unavailable",
                " Missing for CUDA 13: NVRTC (libnvrtc.so.13: not found); cuBLAS (libcublas.so.13: not found); cuDNN"
                        + " (libcudnn.so.9: not found). In a Python environment: pip install nvidia-cuda-nvrtc==13.0.88"
                        + " nvidia-cublas==13.1.0.3 nvidia-cudnn-cu13==9.19.0.56; then activate it, or name it with"
                        + " STEADYGRAD_CUDA=FOLDER.");
    }

    @Test
    void aNamedPlaceWithNothingInItIsSaid() throws Exception {
        refused(
                probe(),
                "problem -Dsteadygrad.cuda.path names \"" + folder + "\", a folder without any of libcudart.so.13,"
                        + " libnvrtc.so.13, libcublas.so.13, libcudnn.so.9: " + folder + " is empty. Looked in it, ",
                "Name a place that has them, or none. No NVIDIA driver is installed");
        named = folder.resolve("gone").toString();
        refused(probe(), "names \"" + named + "\", which doesn't exist. It may be a virtual environment");
    }

    @Test
    void noRuntime() throws Exception {
        stubs().driver();
        refused(
                probe(),
                "Missing for CUDA 13: the CUDA runtime (libcudart.so.13: not found); NVRTC (libnvrtc.so.13: not found);"
                        + " cuBLAS (libcublas.so.13: not found); cuDNN (libcudnn.so.9: not found). In a Python environment: pip"
                        + " install nvidia-cuda-runtime==13.0.96 nvidia-cuda-nvrtc==13.0.88",
                "STEADYGRAD_CUDA=",
                "cuda12-bundled");
    }

    @Test
    void withoutDnnCudaIsUsable() throws Exception {
        stubs().driver().runtime(StubLibraries.TWO_GPUS, 13010).compiler().blas();
        assertSays(
                probe(),
                "usable true",
                "dnn Missing for CUDA 13: cuDNN (libcudnn.so.9: not found). In a Python environment: pip install"
                        + " nvidia-cudnn-cu13==9.19.0.56;",
                "name=New GPU");
    }

    @Test
    void aPartOfDnn() throws Exception {
        all();
        Files.delete(folder.resolve("libcudnn_adv.so.9"));
        assertSays(
                probe(),
                "usable true",
                "dnn ",
                "libcudnn.so.9 is there, but beside it not all of libcudnn_graph.so.9, ");
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
    void theLibrariesOfCuda12NameTheBuildThatFits() throws Exception {
        StubLibraries stubs = stubs().driver();
        for (String name : List.of("cudart", "nvrtc", "cublasLt", "cublas")) {
            stubs.library("lib" + name + ".so.12", "", "");
        }
        stubs.library("libnvrtc-builtins.so.12.6", "", "");
        String remedy = "and this program was built with bindings for CUDA 13."
                + " STEADYGRAD_PROFILES=cuda12 ./steadygrad doctor builds it with those for CUDA 12 (7 MB).";
        refused(probe(), "problem Here are the libraries of CUDA 12 (-Dsteadygrad.cuda.path=" + folder, remedy);
        Files.delete(folder.resolve("libcuda.so.1"));
        refused(probe(), "names \"" + folder + "\", a folder with the libraries of CUDA 12, " + remedy);
    }

    @Test
    void dnnOfAnotherCudaIsLeftOut() throws Exception {
        all().dnn(12060);
        assertSays(
                probe(),
                "usable true",
                "dnn cuDNN in " + folder.resolve("libcudnn.so.9")
                        + " is made for CUDA 12, and the runtime is CUDA 13.1.",
                "pip install --force-reinstall --no-deps nvidia-cudnn-cu13==9.19.0.56");
    }

    @Test
    void aLibraryThatLacksAFunction() throws Exception {
        all().plainLibrary("libcudnn_graph.so.9", "long cudnnGetVersion(void) { return 91900; }");
        assertSays(
                probe(),
                "usable true",
                "dnn ",
                "libcudnn.so.9 lacks ",
                "cudnnCreate, ",
                "Install a newer version of cuDNN");
        all().library("libcublas.so.13", "", "");
        refused(probe(), "libcublas.so.13 lacks cublasCreate_v2, ", "pip install nvidia-cublas==13.1.0.3");
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

    private String probe(Predicate<String> jars, String... arguments) throws Exception {
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String classPath = Stream.of(all.split(File.pathSeparator, -1))
                .filter(jars)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-D" + LibraryPlaces.PATH + "=" + (named.isEmpty() ? folder.toString() : named),
                "-D" + LibraryPlaces.SEARCH + "=" + LibraryPlaces.PATH_ONLY,
                "-cp",
                classPath,
                ProbeProgram.class.getName()));
        command.addAll(List.of(arguments));
        Path output = cache.resolve("output.txt");
        Path errors = cache.resolve("errors.txt");
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
