package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether the simulated machine says what is wrong with a program, and the kinds of machine it can be. */
@Tag("simulated")
class CudaSimulatorMisuseTest {
    private static final int ENDED_BY_SIMULATOR = 134;

    /** How a process ended and what it wrote. */
    private record Outcome(int status, String output) {}

    @BeforeAll
    static void build() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        CudaSimulator.folder();
    }

    private static Outcome run(String what, Map<String, String> environment) throws IOException, InterruptedException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Dbasedir=" + System.getProperty("basedir", "."),
                "-cp",
                classPath,
                SimulatedMisuse.class.getName(),
                what);
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running: " + what);
        return new Outcome(process.exitValue(), output);
    }

    @ParameterizedTest
    @CsvSource({
        "beyond, written outside an allocation: byte 12 of allocation 1, found after beyond",
        "leaves, kernel leaves, 40 of 64 wait at a barrier in line 5",
        "half, kernel half, a lane of the mask has ended",
        "spins, kernel spins, threads spin and none gets on",
        "freed, kernel beyond, 16 bytes and was freed",
    })
    void endsWhatARealDeviceWouldLetPass(String what, String first, String second)
            throws IOException, InterruptedException {
        Outcome outcome = run(what, Map.of());
        assertEquals(ENDED_BY_SIMULATOR, outcome.status(), outcome.output());
        assertTrue(outcome.output().contains(first), outcome.output());
        assertTrue(outcome.output().contains(second), outcome.output());
    }

    @ParameterizedTest
    @CsvSource({
        "count, CUDASIM_DEVICES, 0, count 100",
        "count, CUDASIM_DRIVER, 12080, count 35",
        "memory, CUDASIM_MEMORY, 1000000, malloc 2",
    })
    void canBeAnotherMachine(String what, String variable, String value, String expected)
            throws IOException, InterruptedException {
        Outcome outcome = run(what, Map.of(variable, value));
        assertEquals(new Outcome(0, expected + "\n"), outcome);
    }

    /** As NVIDIA's driver reads it, in PyTorch's account (torch/cuda/__init__.py, _parse_visible_devices). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2,0      | count 0, Simulated CUDA device 2, Simulated CUDA device 0",
                "0,9,1    | count 0, Simulated CUDA device 0",
                "1gpu     | count 0, Simulated CUDA device 1",
                "0,1,0    | count 100",
                "-1       | count 100",
                "''       | count 100",
                "GPU-5eed0001-0,GPU-5eed0000 | count 0, Simulated CUDA device 1, Simulated CUDA device 0",
                "GPU-5eed | count 100",
                "gpu      | count 100"
            })
    void showsTheDevicesThatTheEnvironmentNames(String variable, String expected)
            throws IOException, InterruptedException {
        Map<String, String> machine = Map.of("CUDASIM_DEVICES", "3", "CUDA_VISIBLE_DEVICES", variable);
        assertEquals(new Outcome(0, expected + "\n"), run("devices", machine));
    }

    @Test
    void showsOneInstanceOfADeviceInParts() throws IOException, InterruptedException {
        Map<String, String> machine = Map.of("CUDASIM_MIG", "2");
        assertEquals(new Outcome(0, "count 0, Simulated CUDA device 0 MIG 1g\n"), run("devices", machine));
        machine = Map.of("CUDASIM_MIG", "2", "CUDA_VISIBLE_DEVICES", "MIG-5eed0000-0000-0000-0000-000000000001");
        assertEquals(new Outcome(0, "count 0, Simulated CUDA device 0 MIG 1g\n"), run("devices", machine));
    }

    /** A stream and a module belong to a device, and so does the memory that a kernel is given. */
    @Test
    void keepsDevicesApart() throws IOException, InterruptedException {
        Outcome outcome = run("apart", Map.of("CUDASIM_DEVICES", "2"));
        assertEquals(ENDED_BY_SIMULATOR, outcome.status(), outcome.output());
        assertTrue(outcome.output().contains("launch 400"), outcome.output());
        assertTrue(outcome.output().contains("on device 1 is given memory of device 0"), outcome.output());
    }

    @Test
    void aLostDeviceStaysLost() throws IOException, InterruptedException {
        Outcome outcome = run("lost", Map.of("CUDASIM_FAIL_LAUNCH", "2"));
        String expected = "synchronize 719\nmalloc 719\nlaunch 719\nlast 719, 719\n";
        assertEquals(new Outcome(0, expected), outcome);
    }

    @Test
    void canHaveTheNamesOfAnotherCuda() throws IOException {
        Path folder = CudaSimulator.folder(12);
        for (String name : List.of("libcudart.so.12", "libcublas.so.12", "libnvrtc.so.12", "libcudnn.so.9")) {
            assertTrue(Files.isRegularFile(folder.resolve(name)), name);
        }
        assertTrue(Files.notExists(folder.resolve("libcudart.so.13")));
    }
}
