package org.steadygrad.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The processor at hand, as the operating system describes it. Read without any native library.
 *
 * @param model name as the maker gives it, or "unknown"
 * @param flags instruction sets in Linux's spelling ("avx2", "avx512f"); empty where the system doesn't tell
 * @param physicalCores 0 when unknown
 * @param logicalCores what the JVM may use, container limits included
 */
public record Cpu(String model, Set<String> flags, int physicalCores, int logicalCores) {
    private static final Path LINUX = Path.of("/proc/cpuinfo");

    public Cpu {
        flags = Set.copyOf(flags);
    }

    /** Never throws: what can't be found out is left empty. */
    public static Cpu detect() {
        int logical = Runtime.getRuntime().availableProcessors();
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        if (Files.isReadable(LINUX)) {
            try {
                return parseLinux(Files.readAllLines(LINUX), logical);
            } catch (IOException e) {
                return new Cpu("unknown", Set.of(), 0, logical);
            }
        }
        if (system.contains("mac")) {
            return parseMac(
                    Shell.lines("sysctl", "machdep.cpu", "hw.physicalcpu").orElse(List.of()), logical);
        }
        String name = Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")).orElse("unknown");
        return new Cpu(name, Set.of(), 0, logical);
    }

    static Cpu parseLinux(List<String> lines, int logical) {
        String model = "unknown";
        Set<String> flags = new HashSet<>();
        Set<String> cores = new HashSet<>();
        String socket = "";
        for (String line : lines) {
            String value = afterColon(line);
            if (line.startsWith("model name") || line.startsWith("Model\t")) {
                model = value;
            } else if (line.startsWith("flags") || line.startsWith("Features")) {
                flags.addAll(Arrays.asList(value.split(" +", -1)));
            } else if (line.startsWith("physical id")) {
                socket = value;
            } else if (line.startsWith("core id")) {
                cores.add(socket + "/" + value);
            }
        }
        flags.remove("");
        return new Cpu(model, flags, cores.size(), logical);
    }

    /** @param lines of {@code sysctl}; AVX2 and BMI stand in {@code leaf7_features}, in capitals */
    static Cpu parseMac(List<String> lines, int logical) {
        String model = "unknown";
        Set<String> flags = new HashSet<>();
        int physical = 0;
        for (String line : lines) {
            String value = afterColon(line);
            if (line.startsWith("machdep.cpu.brand_string")) {
                model = value;
            } else if (line.startsWith("machdep.cpu.") && line.contains("features:")) {
                for (String flag : value.toLowerCase(Locale.ROOT).split(" +", -1)) {
                    flags.add(flag.equals("avx1.0") ? "avx" : flag.equals("lzcnt") ? "abm" : flag);
                }
            } else if (line.startsWith("hw.physicalcpu:")) {
                physical = value.matches("\\d+") ? Integer.parseInt(value) : 0;
            }
        }
        flags.remove("");
        return new Cpu(model, flags, physical, logical);
    }

    private static String afterColon(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? "" : line.substring(colon + 1).strip();
    }

    /** Whether all of Haswell's instructions that a compiler may use are there. */
    public boolean runsAvx2() {
        return flags.containsAll(Set.of("avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"));
    }

    /** Whether all of Skylake-X's instructions that a compiler may use are there. */
    public boolean runsAvx512() {
        return runsAvx2() && flags.containsAll(Set.of("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"));
    }

    /** Number of threads that compute at the same time without sharing a core; at least 1. */
    public int usableCores() {
        int cores = physicalCores > 0 ? physicalCores : logicalCores;
        return Math.max(1, Math.min(cores, logicalCores));
    }

    /** The instruction sets that matter for the speed of training, in alphabetical order. */
    public List<String> notableFlags() {
        Set<String> notable = new TreeSet<>();
        for (String flag : flags) {
            if (flag.startsWith("avx") || flag.startsWith("amx") || flag.startsWith("sve")) {
                notable.add(flag);
            }
        }
        for (String flag : List.of("fma", "f16c", "sse4_2", "asimd", "asimdhp", "bf16")) {
            if (flags.contains(flag)) {
                notable.add(flag);
            }
        }
        return List.copyOf(notable);
    }
}
