package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiles the kernels with CUDA's own compiler, where it is installed, for each generation of GPUs. */
class KernelSourcesTest {
    private static final Path SOURCES = Path.of("native-config/cuda");

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".cu"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreKernels() throws IOException {
        assertFalse(sources().isEmpty(), SOURCES + " holds the kernels");
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(ints = {75, 80, 90, 120})
    void everyKernelCompilesWithoutWarnings(int architecture, @TempDir Path folder) throws Exception {
        assumeTrue(onPath("nvcc"), "nvcc is needed");
        for (Path source : sources()) {
            Process compiler = new ProcessBuilder(
                            "nvcc",
                            "-cubin",
                            "-arch=sm_" + architecture,
                            "--std=c++17",
                            "-o",
                            folder.resolve("kernels.cubin").toString(),
                            source.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, compiler.waitFor(), said);
            assertEquals("", said.strip(), source + " for sm_" + architecture);
        }
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
