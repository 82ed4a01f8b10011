package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Compiles and links the simulated CUDA machine. */
final class CudaSimulatorBuild {
    private static final List<String> COMPILE =
            List.of("-std=c++17", "-O2", "-Wall", "-Wextra", "-fPIC", "-fvisibility=hidden", "-c");

    private static final String MACHINE = "libcudasim.so";

    /** Names whose symbols the bindings ask for without a version. */
    private static final Pattern UNVERSIONED = Pattern.compile("libcuda\\.so.*|libnvrtc-builtins.*");

    private CudaSimulatorBuild() {}

    static String compiler() {
        String named = System.getenv("CXX");
        return named == null || named.isBlank() ? "g++" : named;
    }

    /** What the result depends on besides the sources. */
    static String recipe() {
        return compiler() + COMPILE;
    }

    /** Makes a folder with the one library that holds everything, and the headers that kernels see. */
    static Path machine(Map<String, byte[]> sources, Path work) throws IOException {
        for (Map.Entry<String, byte[]> source : sources.entrySet()) {
            Path copy = work.resolve(source.getKey());
            Files.createDirectories(copy.getParent());
            Files.write(copy, source.getValue());
        }
        Path done = Files.createDirectory(work.resolve("done"));
        List<String> link = new ArrayList<>(compileAll(
                sources.keySet().stream().filter(name -> name.endsWith(".cpp")).toList(), work));
        link.addAll(List.of("-shared", "-o", "done/" + MACHINE, "-Wl,-soname," + MACHINE, "-ldl", "-lpthread"));
        await(start(work, link), work);
        Files.move(work.resolve("kernel"), done.resolve("kernel"));
        return done;
    }

    /** The object files of the sources; as many compilers run at once as there are processors. */
    private static List<String> compileAll(List<String> sources, Path work) throws IOException {
        int atOnce = Runtime.getRuntime().availableProcessors();
        Queue<Process> running = new ArrayDeque<>();
        List<String> objects = new ArrayList<>();
        for (String name : sources) {
            if (running.size() >= atOnce) {
                await(running.remove(), work);
            }
            String object = name.replace(".cpp", ".o");
            objects.add(object);
            List<String> options = new ArrayList<>(COMPILE);
            options.addAll(List.of(name, "-o", object));
            running.add(start(work, options));
        }
        for (Process process : running) {
            await(process, work);
        }
        return objects;
    }

    /** Makes a folder with the names under which the bindings look for CUDA's libraries. */
    static Path fronts(Path machine, int major, Path work) throws IOException {
        Path done = Files.createDirectory(work.resolve("done"));
        Files.copy(machine.resolve(MACHINE), done.resolve(MACHINE));
        Path kernel = Files.createDirectory(done.resolve("kernel"));
        try (Stream<Path> headers = Files.list(machine.resolve("kernel"))) {
            for (Path header : headers.toList()) {
                Files.copy(header, kernel.resolve(header.getFileName()));
            }
        }
        String version = major == 12 ? "12060" : major + "010";
        Files.writeString(done.resolve("version"), version + "\n");
        Files.writeString(work.resolve("front.c"), "int cudasim_front;\n");
        for (String library : libraries(major)) {
            makeFront(work, library);
        }
        return done;
    }

    private static List<String> libraries(int major) {
        return List.of(
                "libcuda.so.1",
                "libcudart.so." + major,
                "libcublas.so." + major,
                "libcublasLt.so." + major,
                "libnvrtc.so." + major,
                "libnvrtc-builtins.so." + (major == 12 ? "12.6" : major + ".0"),
                "libcudnn.so.9",
                "libcudnn_graph.so.9",
                "libcudnn_ops.so.9",
                "libcudnn_cnn.so.9",
                "libcudnn_adv.so.9");
    }

    /** A library with nothing but a name and the version that the bindings ask for; the machine lies beside it. */
    private static void makeFront(Path work, String library) throws IOException {
        List<String> options = new ArrayList<>(List.of("-shared", "-fPIC", "front.c", "-o", "done/" + library));
        options.addAll(List.of("-Wl,-soname," + library, "-Wl,--no-as-needed", "-Ldone", "-l:" + MACHINE));
        options.add("-Wl,--enable-new-dtags,-rpath,$ORIGIN");
        if (!UNVERSIONED.matcher(library).matches()) {
            Files.writeString(work.resolve("front.map"), library + " { global: cudasim_front; };\n");
            options.add("-Wl,--version-script=front.map");
        }
        await(start(work, options), work);
    }

    private static Process start(Path work, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(compiler()));
        command.addAll(options);
        return new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(work, "compiler", ".log").toFile())
                .start();
    }

    private static void await(Process process, Path work) throws IOException {
        try {
            if (process.waitFor() != 0) {
                throw new IOException(compiler() + " failed:\n" + logs(work));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the CUDA simulator was built", e);
        }
    }

    private static String logs(Path work) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(work)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                text.append(Files.readString(file));
            }
        }
        return text.toString();
    }
}
