package org.steadygrad.engine.cuda.driver;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code native-config/bundle-files/compile_kernels.py} has to compile, so that its results are found in a folder that {@link
 * KernelCache#READY} names. Written without NVRTC: its Java bindings can't be loaded where there is no driver.
 *
 * <pre>java ... org.steadygrad.engine.cuda.driver.KernelJobs JOBS-FILE SOURCES-FOLDER NVRTC-VERSION ARCHITECTURE...</pre>
 */
final class KernelJobs {
    private static final int ARCHITECTURES = 3;

    private KernelJobs() {}

    /**
     * A kernel source for an architecture.
     *
     * @param key name of the file that the machine code belongs into
     * @param sources content by name of the file, first the one to compile
     */
    record Job(String key, List<String> options, Map<String, String> sources) {}

    public static void main(String[] args) throws IOException {
        List<Job> jobs = new ArrayList<>();
        for (int i = ARCHITECTURES; i < args.length; i++) {
            jobs.addAll(of(Path.of(args[1]), args[2], Integer.parseInt(args[i])));
        }
        new ObjectMapper().writeValue(Path.of(args[0]).toFile(), jobs);
    }

    /** @param version of NVRTC, major and minor: "13.0" */
    static List<Job> of(Path folder, String version, int architecture) throws IOException {
        List<String> options = KernelCompiler.options(architecture);
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cu"))
                    .sorted()
                    .map(KernelSources::withHeaders)
                    .map(sources -> new Job(KernelCompiler.key(version, options, sources), options, sources))
                    .toList();
        }
    }
}
