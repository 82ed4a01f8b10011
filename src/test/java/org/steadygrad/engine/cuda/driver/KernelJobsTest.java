package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.nvrtc.nvrtcVersion;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code that is compiled beforehand must lie where the engine looks for it. */
@Tag("gpu")
class KernelJobsTest {
    private static final Path SOURCES = Path.of("native-config/cuda");

    @Test
    void jobsAreNamedAsTheEngineNamesItsCode(@TempDir Path cache) throws IOException {
        TestGpu.require();
        int[] major = new int[1];
        int[] minor = new int[1];
        assertEquals(0, nvrtcVersion(major, minor));
        try (Device device = TestGpu.open()) {
            int architecture = device.architecture();
            List<KernelJobs.Job> jobs = KernelJobs.of(SOURCES, major[0] + "." + minor[0], architecture);
            assertTrue(jobs.stream().anyMatch(job -> job.sources().size() > 1), "some include others");
            KernelCompiler compiler = new KernelCompiler(architecture, new KernelCache(cache));
            Set<String> some = new TreeSet<>();
            for (KernelJobs.Job job : jobs.subList(0, 3)) {
                compiler.compile(job.sources().keySet().iterator().next());
                some.add(job.key());
            }
            try (Stream<Path> written = Files.list(cache)) {
                assertEquals(
                        some,
                        written.map(file -> file.getFileName().toString())
                                .collect(Collectors.toCollection(TreeSet::new)));
            }
        }
    }
}
