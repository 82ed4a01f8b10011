package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What every kernel takes of every architecture that a compiler makes code for. As a program: loads the NVRTC of a folder,
 * compiles all sources as the engine does, and writes the table; in a process of its own, since libraries stay loaded.
 */
final class KernelTable {
    private static final Path SOURCES = Path.of("native-config/cuda");
    private static final String NONE = "-";

    /** Usage by kernel and architecture. */
    private final Map<String, Map<Integer, Cubin.Usage>> usages = new TreeMap<>();

    private KernelTable() {}

    /**
     * @param arguments folder with driver and runtime, which the bindings ask for and nothing here uses, folder with NVRTC,
     *     folder for machine code that is kept, file to write
     */
    public static void main(String[] arguments) throws IOException {
        load(Path.of(arguments[0]), "libcuda\\.so\\.1");
        load(Path.of(arguments[0]), "libcudart\\.so\\.\\d+");
        // the compiler can't find what comes with it, so that this is loaded first
        load(Path.of(arguments[1]), "libnvrtc-builtins\\.so\\.[\\d.]+");
        load(Path.of(arguments[1]), "libnvrtc\\.so\\.[\\d.]+");
        KernelCache cache = new KernelCache(Path.of(arguments[2]));
        KernelTable table = new KernelTable();
        String wanted = System.getProperty("kernels.architectures", "");
        for (int architecture : LibraryFacts.architectures()) {
            boolean looked = wanted.isEmpty() || List.of(wanted.split(",")).contains(Integer.toString(architecture));
            if (architecture >= 50 && looked) {
                sources(architecture).parallelStream().forEach(source -> table.add(source, architecture, cache));
            }
        }
        Files.write(Path.of(arguments[3]), table.lines());
    }

    private static void load(Path folder, String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.getFileName().toString().matches(name))
                    .forEach(file -> System.load(file.toAbsolutePath().toString()));
        }
    }

    /** Persistent scans don't run on older devices, and aren't compiled for them. */
    private static List<String> sources(int architecture) throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cu"))
                    .filter(name -> architecture >= 70 || !name.startsWith("persistent"))
                    .sorted()
                    .toList();
        }
    }

    private void add(String source, int architecture, KernelCache cache) {
        Map<String, Cubin.Usage> found = Cubin.kernels(new KernelCompiler(architecture, cache).compile(source));
        synchronized (usages) {
            found.forEach((kernel, usage) ->
                    usages.computeIfAbsent(kernel, k -> new TreeMap<>()).put(architecture, usage));
        }
    }

    static KernelTable read(Path file) {
        KernelTable table = new KernelTable();
        try {
            List<String> lines = Files.readAllLines(file);
            String[] head = lines.get(0).split(" +");
            for (String line : lines.subList(1, lines.size())) {
                String[] cells = line.split(" +");
                for (int i = 1; i < cells.length; i++) {
                    if (!cells[i].equals(NONE)) {
                        String[] parts = cells[i].split("/");
                        table.usages
                                .computeIfAbsent(cells[0], k -> new TreeMap<>())
                                .put(
                                        Integer.valueOf(head[i]),
                                        new Cubin.Usage(
                                                Integer.parseInt(parts[0]),
                                                Integer.parseInt(parts[1]),
                                                Integer.parseInt(parts[2])));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }

    /** Registers, bytes of local memory of a thread, and of shared memory of a block, by kernel and architecture. */
    private List<String> lines() {
        List<Integer> architectures = usages.values().stream()
                .flatMap(of -> of.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(String.format("%-24s", "kernel"));
        architectures.forEach(architecture -> head.append(String.format(" %-11s", architecture)));
        lines.add(head.toString().stripTrailing());
        usages.forEach((kernel, of) -> {
            StringBuilder line = new StringBuilder(String.format("%-24s", kernel));
            for (int architecture : architectures) {
                Cubin.Usage usage = of.get(architecture);
                String cell =
                        usage == null ? NONE : usage.registers() + "/" + usage.localBytes() + "/" + usage.sharedBytes();
                line.append(String.format(" %-11s", cell));
            }
            lines.add(line.toString().stripTrailing());
        });
        return lines;
    }

    Map<String, Map<Integer, Cubin.Usage>> usages() {
        return usages;
    }
}
