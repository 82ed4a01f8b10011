package org.steadygrad.platform;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds NVIDIA GPUs without any CUDA library: by the driver's own tool, or by what the driver shows in /proc. */
public final class Gpus {
    private static final Path PROC = Path.of("/proc/driver/nvidia/gpus");
    private static final int FIELDS = 4;

    private Gpus() {}

    /**
     * @param name as the driver gives it
     * @param computeCapability "9.0" and the like; "" when the driver doesn't tell
     * @param memory in words, or ""
     * @param driver version of the driver, or ""
     */
    public record Gpu(String name, String computeCapability, String memory, String driver) {

        /**
         * Why ND4J's CUDA back end (nd4j-cuda-11.6) can't run on it; empty when it can. It holds machine code for
         * compute capabilities 3.7 to 8.6 and no PTX, and machine code runs within one major version only.
         */
        public Optional<String> unusableForNd4j() {
            if (!computeCapability.matches("\\d{1,4}\\.\\d{1,4}")) {
                return Optional.of("its compute capability is unknown");
            }
            String[] parts = computeCapability.split("\\.", -1);
            int version = Integer.parseInt(parts[0]) * 100 + Integer.parseInt(parts[1]);
            if (version >= 307 && version < 900) {
                return Optional.empty();
            }
            return Optional.of("nd4j-cuda-11.6 holds machine code for compute capability 3.7 to 8.9 only, and this is "
                    + computeCapability);
        }
    }

    /** The GPUs of this machine; empty when there is none or no driver. Never throws. */
    public static List<Gpu> detect() {
        if (!Files.exists(PROC) && !onPath("nvidia-smi") && !onPath("nvidia-smi.exe")) {
            return List.of();
        }
        return Shell.lines(
                        "nvidia-smi",
                        "--query-gpu=name,compute_cap,memory.total,driver_version",
                        "--format=csv,noheader")
                .map(Gpus::parse)
                .filter(gpus -> !gpus.isEmpty())
                .orElseGet(Gpus::fromProc);
    }

    static List<Gpu> parse(List<String> lines) {
        List<Gpu> gpus = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split(" *, *", -1);
            if (fields.length == FIELDS) {
                gpus.add(new Gpu(fields[0].strip(), fields[1], fields[2], fields[3].strip()));
            }
        }
        return List.copyOf(gpus);
    }

    private static List<Gpu> fromProc() {
        List<Gpu> gpus = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC)) {
            for (Path folder : folders) {
                for (String line : Files.readAllLines(folder.resolve("information"))) {
                    if (line.startsWith("Model:")) {
                        gpus.add(new Gpu(line.substring("Model:".length()).strip(), "", "", ""));
                    }
                }
            }
        } catch (IOException e) {
            return List.of();
        }
        return List.copyOf(gpus);
    }

    private static boolean onPath(String program) {
        for (String folder :
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(java.io.File.pathSeparator, -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
