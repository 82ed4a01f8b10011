package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.steadygrad.engine.cuda.driver.CudaSimulator;

/** Recurrent layers on devices that can't do all: something else does it, and says so. Each machine in its own process. */
@Tag("simulated")
class RecurrentDevicesTest {
    private static final int SECONDS = 180;
    private static final String ALL_RIGHT = "SIMPLE is right\nLSTM is right\nGRU is right\n";

    private record Ended(int code, String out, String err) {}

    @BeforeAll
    static void build() {
        assumeTrue(CudaSimulator.available(), () -> CudaSimulator.whyNot().orElseThrow());
        CudaSimulator.folder();
    }

    private static Ended run(Map<String, String> machine, String way, String... sizes) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dbasedir=" + System.getProperty("basedir", "."),
                "-Dsteadygrad.cache=" + System.getProperty("steadygrad.cache", ""),
                "-Dsteadygrad.log=info",
                "-D" + RecurrentChoice.FORCE + "=" + way,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RecurrentProgram.class.getName());
        builder.command().addAll(List.of(sizes));
        builder.environment().putAll(machine);
        Path err = Files.createTempFile("recurrent", ".err");
        try {
            Process process = builder.redirectError(err.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "still running");
            return new Ended(process.exitValue(), out, Files.readString(err));
        } finally {
            Files.deleteIfExists(err);
        }
    }

    private static void assertSays(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "'" + part + "' in\n" + text);
        }
    }

    @ParameterizedTest
    @CsvSource({"52, 5.2, ''", "61, 6.1, ''", "61, 6.1, cudnn"})
    void belowSevenNoPersistentKernelIsCompiled(String capability, String words, String way) throws Exception {
        Ended ended = run(Map.of("CUDASIM_CC", capability, "CUDASIM_OLDEST", "50"), way, "3", "9", "17");
        assertEquals(ALL_RIGHT, ended.out(), ended.err());
        assertEquals(0, ended.code(), ended.err());
        if (way.isEmpty()) {
            assertSays(ended.err(), "persistent isn't taken: compute capability 7.0 is needed, this is " + words);
        }
    }

    /** The property of the way that was asked for and can't be had must name the reason. */
    @Test
    void belowSevenPersistentKernelsCannotBeAskedFor() throws Exception {
        Ended ended = run(Map.of("CUDASIM_CC", "61", "CUDASIM_OLDEST", "50"), "persistent", "3", "9", "17");
        assertEquals(1, ended.code(), ended.out());
        assertSays(ended.err(), "compute capability 7.0 is needed, this is 6.1");
    }

    /** 300 examples of 64 units take more shared memory than a block has without asking. */
    @Test
    void sharedMemoryThatIsRefusedLetsAnotherWayRun() throws Exception {
        Ended ended = run(Map.of("CUDASIM_SHARED", "49152"), "", "300", "3", "64");
        assertEquals(ALL_RIGHT, ended.out(), ended.err());
        assertEquals(0, ended.code(), ended.err());
        assertSays(ended.err(), "persistent isn't taken: engine cuda: ", "bytes of shared memory for kernel gru_");
    }
}
