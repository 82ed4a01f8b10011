package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The simulated CUDA machine of {@code src/test/cuda-simulator}: built with the C++ compiler of this machine, once for
 * each state of its sources, into {@code target/cuda-simulator}. Several processes may ask at once.
 */
public final class CudaSimulator {
    /** The system property in which the engine looks for the folder of CUDA's libraries. */
    public static final String PATH_PROPERTY = "steadygrad.cuda.path";

    private static final Map<Integer, Path> BUILT = new TreeMap<>();
    private static Optional<String> missing;

    private CudaSimulator() {}

    /** Whether the simulator can be built here. */
    public static boolean available() {
        return whyNot().isEmpty();
    }

    /** What is missing for the simulator, in words for a skipped test; empty when it can be built. */
    public static synchronized Optional<String> whyNot() {
        if (missing == null) {
            missing = findMissing();
        }
        return missing;
    }

    /** The folder with the libraries of CUDA 13 and cuDNN 9. */
    public static Path folder() {
        return folder(13);
    }

    /** The same machine under the names of another major version of CUDA: 12, for what the bindings can't load. */
    public static synchronized Path folder(int major) {
        Path known = BUILT.get(major);
        if (known == null) {
            known = find(major);
            BUILT.put(major, known);
        }
        return known;
    }

    private static Optional<String> findMissing() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (!system.contains("linux")) {
            return Optional.of("the CUDA simulator needs Linux, this is " + system);
        }
        String compiler = CudaSimulatorBuild.compiler();
        try {
            Process process = new ProcessBuilder(compiler, "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0
                    ? Optional.empty()
                    : Optional.of("the CUDA simulator needs a C++ compiler: '" + compiler + " --version' fails");
        } catch (IOException e) {
            return Optional.of("the CUDA simulator needs a C++ compiler: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking for a C++ compiler", e);
        }
    }

    private static Path find(int major) {
        try {
            Path base = Path.of(System.getProperty("basedir", "."));
            Map<String, byte[]> sources = sources(base.resolve(Path.of("src", "test", "cuda-simulator")));
            Path all = base.resolve(Path.of("target", "cuda-simulator"))
                    .toAbsolutePath()
                    .normalize();
            Files.createDirectories(all);
            String hash = hash(sources);
            try (FileChannel channel =
                            FileChannel.open(all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Path machine = once(all.resolve(hash + "-machine"), work -> CudaSimulatorBuild.machine(sources, work));
                return once(all.resolve(hash + "-" + major), work -> CudaSimulatorBuild.fronts(machine, major, work));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the CUDA simulator can't be built", e);
        }
    }

    private interface Step {
        /** Works in the folder given, and returns one within it that holds the result. */
        Path make(Path work) throws IOException;
    }

    private static Path once(Path folder, Step step) throws IOException {
        if (!Files.isDirectory(folder)) {
            Path work = Files.createTempDirectory(folder.getParent(), "build");
            try {
                Files.move(step.make(work), folder, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(work);
            }
        }
        return folder;
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Map<String, byte[]> sources(Path root) throws IOException {
        Map<String, byte[]> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(f -> f.toString().matches(".*\\.(h|cpp)")).toList()) {
                sources.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return sources;
    }

    private static String hash(Map<String, byte[]> sources) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(CudaSimulatorBuild.recipe().getBytes(StandardCharsets.UTF_8));
            sources.forEach((name, bytes) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
