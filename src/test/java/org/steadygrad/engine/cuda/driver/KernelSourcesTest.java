package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compiles every kernel by NVRTC, as the engine does, for every architecture that is promised, and holds what the kernels take
 * against a table, and the table against the limits of devices. The compilers come by {@code native-config/nvrtc}; {@code
 * -Dkernels.update=true} writes the tables anew, {@code -Dkernels.architectures=75,90} looks at a part.
 */
class KernelSourcesTest {
    private static final Path SOURCES = Path.of("native-config/cuda");
    private static final Path COMPILERS = Path.of("target/nvrtc");
    private static final Path TABLES = Path.of("src/test/resources/org/steadygrad/engine/cuda/driver");
    private static final Pattern KERNEL = Pattern.compile(
            "(?:__global__\\s+void\\s+(?:__launch_bounds__\\([^)]*\\)\\s+)?|^PERSISTENT_\\w+\\()(?!NAME)(\\w+)",
            Pattern.MULTILINE);

    private static final int WARP = 32;
    private static final int REGISTERS = 65536;

    /** Registers are given to a warp by as many. */
    private static final int REGISTERS_AT_ONCE = 256;

    private static final int STATIC_SHARED_BYTES = 48 << 10;

    /** What the system keeps for itself in the shared memory of each block. */
    private static final int RESERVED_SHARED_BYTES = 1024;

    private static final int FIRST_WITH_RESERVED = 90;

    /** Threads of every block that isn't smaller. */
    private static final int BLOCK = 256;

    /**
     * Bytes that a thread may have in local memory; none for others. Most of a persistent scan's registers are weights: a
     * few reloads in a time step, out of the first-level cache, cost less than a column more in shared memory would. 8 bytes
     * are two registers that wait out a loop.
     */
    private static final Map<String, Integer> RELOADED = Map.ofEntries(
            Map.entry("gru_backward_large", 24),
            Map.entry("lstm_backward_large", 48),
            Map.entry("lstm_forward_large", 64),
            Map.entry("simple_backward_large", 32),
            Map.entry("simple_forward_large", 24),
            Map.entry("normalize_moments", 8),
            Map.entry("normalize_slopes", 8),
            Map.entry("scan_tensor", 8),
            Map.entry("softmax_formula_loss", 24),
            Map.entry("softmax_loss_wide", 8),
            Map.entry("update_step", 16),
            Map.entry("update_try", 8));

    /** A compiler, and what is promised with it. */
    private enum Nvrtc {
        CUDA_12("12.9.86", "12.6-9.5-1.5.11"),
        CUDA_13("13.0.88", "13.1-9.19-1.5.13");

        private final String version;
        private final String bindings;

        Nvrtc(String version, String bindings) {
            this.version = version;
            this.bindings = bindings;
        }

        private List<Integer> promised() {
            return this == CUDA_12
                    ? List.of(50, 52, 60, 61, 70, 75, 80, 86, 89, 90, 100, 120)
                    : List.of(75, 80, 86, 89, 90, 100, 103, 110, 120, 121);
        }

        private int major() {
            return Integer.parseInt(version.substring(0, 2));
        }

        private Path table() {
            return TABLES.resolve("kernels-" + version.substring(0, version.lastIndexOf('.')) + ".txt");
        }

        /** The class path with these bindings, which are found before others. */
        private String classPath() {
            String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            return Stream.concat(bindings().stream().map(Path::toString), Stream.of(own))
                    .collect(Collectors.joining(File.pathSeparator));
        }

        private List<Path> bindings() {
            Path folder = Path.of("target/cuda-bindings");
            Path natives = folder.resolve("cuda-" + bindings + "-linux-x86_64.jar");
            return List.of(folder.resolve("cuda-" + bindings + ".jar"), natives);
        }
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource(Nvrtc.class)
    void kernelsTakeWhatTheTableSays(Nvrtc nvrtc, @TempDir Path folder) throws Exception {
        Path compiler = COMPILERS.resolve(nvrtc.version);
        assumeTrue(
                Files.isDirectory(compiler), compiler + " isn't there: run native-config/nvrtc, which needs a network");
        assumeTrue(
                nvrtc.bindings().stream().allMatch(Files::isRegularFile),
                nvrtc.bindings() + " aren't all there: run with -Pkernels, on Linux");
        assumeTrue(StubLibraries.possible(), "gcc is needed to make a driver and a runtime that do nothing");
        StubLibraries stubs = new StubLibraries(folder);
        stubs.plainLibrary("libcuda.so.1", "int nothing;");
        stubs.plainLibrary("libcudart.so." + nvrtc.major(), "int nothing;");
        Path written = folder.resolve("table");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dkernels.architectures=" + System.getProperty("kernels.architectures", ""),
                        "-cp",
                        nvrtc.classPath(),
                        KernelTable.class.getName(),
                        folder.toString(),
                        compiler.toString(),
                        COMPILERS.resolve("code").toString(),
                        written.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        if (Boolean.getBoolean("kernels.update")) {
            Files.createDirectories(TABLES);
            Files.copy(written, nvrtc.table(), StandardCopyOption.REPLACE_EXISTING);
        }
        Map<String, Map<Integer, Cubin.Usage>> expected = new TreeMap<>(table(nvrtc));
        Map<String, Map<Integer, Cubin.Usage>> actual =
                KernelTable.read(written).usages();
        Set<Integer> looked = architectures(actual);
        expected.values().forEach(of -> of.keySet().retainAll(looked));
        expected.values().removeIf(Map::isEmpty);
        assertFalse(looked.isEmpty(), "architectures of " + said);
        assertEquals(
                lines(expected),
                lines(actual),
                "registers, local and shared memory of " + nvrtc.table() + "; -Dkernels.update=true writes it anew");
    }

    private static String lines(Map<String, Map<Integer, Cubin.Usage>> table) {
        return table.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
    }

    private static Map<String, Map<Integer, Cubin.Usage>> table(Nvrtc nvrtc) {
        return KernelTable.read(nvrtc.table()).usages();
    }

    private static Set<Integer> architectures(Map<String, Map<Integer, Cubin.Usage>> table) {
        return table.values().stream()
                .flatMap(of -> of.keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @EnumSource(Nvrtc.class)
    void theTableHasEveryKernelAndEveryPromisedArchitecture(Nvrtc nvrtc) throws IOException {
        Set<String> kernels = new TreeSet<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".cu")).toList()) {
                Matcher found = KERNEL.matcher(Files.readString(file));
                while (found.find()) {
                    kernels.add(found.group(1));
                }
            }
        }
        Map<String, Map<Integer, Cubin.Usage>> table = table(nvrtc);
        assertTrue(architectures(table).containsAll(nvrtc.promised()), () -> "of " + architectures(table));
        assertEquals(kernels, table.keySet());
        table.forEach((kernel, usages) -> {
            boolean persistent = kernel.endsWith("_small") || kernel.endsWith("_medium") || kernel.endsWith("_large");
            Set<Integer> expected = new TreeSet<>(architectures(table));
            expected.removeIf(architecture -> persistent && architecture < 70);
            assertEquals(expected, usages.keySet(), kernel);
        });
    }

    private static void each(Nvrtc nvrtc, BiConsumer<String, Cubin.Usage> check) {
        table(nvrtc)
                .forEach((kernel, usages) -> usages.forEach((architecture, usage) -> {
                    Cubin.Usage own = architecture < FIRST_WITH_RESERVED
                            ? usage
                            : new Cubin.Usage(
                                    usage.registers(),
                                    usage.localBytes(),
                                    Math.max(0, usage.sharedBytes() - RESERVED_SHARED_BYTES));
                    check.accept(kernel + " on sm_" + architecture, own);
                }));
    }

    @ParameterizedTest
    @EnumSource(Nvrtc.class)
    void registersAreEnough(Nvrtc nvrtc) {
        List<String> spilled = new ArrayList<>();
        each(nvrtc, (what, usage) -> {
            int allowed = RELOADED.getOrDefault(what.substring(0, what.indexOf(' ')), 0);
            if (usage.localBytes() > allowed) {
                spilled.add(what + ": " + usage.localBytes() + " bytes, allowed are " + allowed);
            }
        });
        assertEquals(List.of(), spilled, "local memory");
    }

    @ParameterizedTest
    @EnumSource(Nvrtc.class)
    void everyBlockFitsOnAMultiprocessor(Nvrtc nvrtc) {
        each(nvrtc, (what, usage) -> {
            int ofWarp = (usage.registers() * WARP + REGISTERS_AT_ONCE - 1) / REGISTERS_AT_ONCE * REGISTERS_AT_ONCE;
            assertAll(
                    what,
                    () -> assertTrue(usage.registers() > 0, "no registers"),
                    () -> assertTrue(ofWarp * (BLOCK / WARP) <= REGISTERS, () -> usage.registers() + " registers"),
                    () -> assertTrue(usage.sharedBytes() <= STATIC_SHARED_BYTES, () -> usage + ""));
        });
    }

    /** PersistentGeometry counts on all shared memory of a block. */
    @ParameterizedTest
    @EnumSource(Nvrtc.class)
    void persistentScansHaveNoStaticSharedMemory(Nvrtc nvrtc) {
        each(nvrtc, (what, usage) -> {
            if (what.matches("(gru|lstm|simple)_(for|back)ward_(small|medium|large) .*")) {
                assertEquals(0, usage.sharedBytes(), what);
            }
        });
    }
}
