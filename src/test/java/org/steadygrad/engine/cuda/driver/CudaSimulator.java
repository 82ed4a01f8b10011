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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Builds the simulated CUDA machine of {@code src/test/cuda-simulator} with the C++ compiler of this machine, once for
 * each state of its sources, into {@code target/cuda-simulator}. Several processes may ask at once.
 */
public final class CudaSimulator {
    /** The system property in which the engine looks for the folder of CUDA's libraries. */
    public static final String PATH_PROPERTY = "steadygrad.cuda.path";

    /** Names whose symbols the bindings ask for without a version. */
    private static final Pattern UNVERSIONED = Pattern.compile("libcuda\\.so.*|libnvrtc-builtins.*");

    private static final Map<Integer, Path> BUILT = new ConcurrentHashMap<>();
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

    /** The same with the names of another major version of CUDA: 12, for what the bindings can't load. */
    public static Path folder(int major) {
        return BUILT.computeIfAbsent(major, CudaSimulator::build);
    }

    private static Optional<String> findMissing() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (!system.contains("linux")) {
            return Optional.of("the CUDA simulator needs Linux, this is " + system);
        }
        try {
            Process process = new ProcessBuilder(compiler(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getInputStream().readAllBytes();
            return process.waitFor() == 0
                    ? Optional.empty()
                    : Optional.of("the CUDA simulator needs a C++ compiler: '" + compiler() + " --version' fails");
        } catch (IOException e) {
            return Optional.of("the CUDA simulator needs a C++ compiler: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking for a C++ compiler", e);
        }
    }

    private static String compiler() {
        String named = System.getenv("CXX");
        return named == null || named.isBlank() ? "g++" : named;
    }

    private static Path build(int major) {
        try {
            Map<String, byte[]> sources = sources();
            Path all = Path.of(System.getProperty("basedir", "."), "target", "cuda-simulator")
                    .toAbsolutePath()
                    .normalize();
            Path folder = all.resolve(hash(sources, major));
            Files.createDirectories(all);
            try (FileChannel channel =
                            FileChannel.open(all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!Files.isDirectory(folder)) {
                    Path work = Files.createTempDirectory(all, "build");
                    try {
                        compile(sources, work, major);
                        Files.move(gather(work), folder, StandardCopyOption.ATOMIC_MOVE);
                    } finally {
                        delete(work);
                    }
                }
                return folder;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the CUDA simulator can't be built", e);
        }
    }

    private static Map<String, byte[]> sources() throws IOException {
        Path root = Path.of(System.getProperty("basedir", "."), "src", "test", "cuda-simulator");
        Map<String, byte[]> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file :
                    files.filter(f -> f.toString().matches(".*\\.(h|cpp)")).toList()) {
                sources.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return sources;
    }

    private static String hash(Map<String, byte[]> sources, int major) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((major + compiler()).getBytes(StandardCharsets.UTF_8));
            sources.forEach((name, bytes) -> {
                digest.update(name.getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 10);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void compile(Map<String, byte[]> sources, Path folder, int major) throws IOException {
        List<Process> compilations = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        for (Map.Entry<String, byte[]> source : sources.entrySet()) {
            Path copy = folder.resolve(source.getKey());
            Files.createDirectories(copy.getParent());
            Files.write(copy, source.getValue());
        }
        int atOnce = Math.max(2, Runtime.getRuntime().availableProcessors());
        for (String name : sources.keySet()) {
            if (name.endsWith(".cpp")) {
                if (compilations.size() >= atOnce) {
                    await(compilations.remove(0), folder);
                }
                String object = name.replace(".cpp", ".o");
                objects.add(object);
                compilations.add(start(
                        folder,
                        List.of("-std=c++17", "-O3", "-Wall", "-Wextra", "-fPIC", "-fvisibility=hidden"),
                        List.of("-DCUDASIM_MAJOR=" + major, "-c", name, "-o", object)));
            }
        }
        for (Process compilation : compilations) {
            await(compilation, folder);
        }
        List<String> link = new ArrayList<>(objects);
        link.addAll(List.of("-shared", "-o", "libcudasim.so", "-Wl,-soname,libcudasim.so", "-ldl", "-lpthread"));
        await(start(folder, link, List.of()), folder);
        for (String library : libraries(major)) {
            makeFront(folder, library);
        }
    }

    /** What is needed at run time, in a folder of its own: the libraries, and the headers that kernels see. */
    private static Path gather(Path work) throws IOException {
        Path folder = Files.createDirectory(work.resolve("done"));
        Files.move(work.resolve("kernel"), folder.resolve("kernel"));
        try (Stream<Path> files = Files.list(work)) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("lib.*\\.so.*"))
                    .toList()) {
                Files.move(file, folder.resolve(file.getFileName()));
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

    /** The names under which the bindings look for CUDA's libraries. */
    private static List<String> libraries(int major) {
        String builtins = major == 12 ? "libnvrtc-builtins.so.12.6" : "libnvrtc-builtins.so." + major + ".0";
        return List.of(
                "libcuda.so.1",
                "libcudart.so." + major,
                "libcublas.so." + major,
                "libcublasLt.so." + major,
                "libnvrtc.so." + major,
                builtins,
                "libcudnn.so.9",
                "libcudnn_graph.so.9",
                "libcudnn_ops.so.9",
                "libcudnn_cnn.so.9",
                "libcudnn_adv.so.9");
    }

    /** A library with nothing but a name, and the version that the bindings ask it for; the machine lies beside it. */
    private static void makeFront(Path folder, String library) throws IOException {
        Files.writeString(folder.resolve("front.c"), "int cudasim_front;\n");
        List<String> options = new ArrayList<>(List.of("-shared", "-fPIC", "front.c", "-o", library));
        options.addAll(List.of("-Wl,-soname," + library, "-Wl,--no-as-needed", "-L.", "-lcudasim"));
        options.add("-Wl,--enable-new-dtags,-rpath,$ORIGIN");
        if (!UNVERSIONED.matcher(library).matches()) {
            Files.writeString(folder.resolve("front.map"), library + " { global: cudasim_front; };\n");
            options.add("-Wl,--version-script=front.map");
        }
        await(start(folder, options, List.of()), folder);
    }

    private static Process start(Path folder, List<String> options, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(compiler()));
        command.addAll(options);
        command.addAll(more);
        Path log = Files.createTempFile(folder, "compiler", ".log");
        return new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    private static void await(Process process, Path folder) throws IOException {
        try {
            if (process.waitFor() != 0) {
                throw new IOException(
                        "'" + process.info().commandLine().orElse(compiler()) + "' failed:\n" + logs(folder));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the CUDA simulator was built", e);
        }
    }

    private static String logs(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
