package org.steadygrad.engine.cuda.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;

/** Says in words why CUDA can't be used, and what to do. */
final class CudaProblems {
    /** CUDA's own error numbers, of the runtime. */
    private static final int STUB = 34;

    private static final int OLD_DRIVER = 35;
    private static final int DEVICES_TAKEN = 46;
    private static final int NO_DEVICE = 100;
    private static final int NOT_PERMITTED = 800;
    private static final int NOT_READY = 802;
    private static final int MISMATCH = 803;

    /** CUDA's major version to the oldest driver that runs it, with some functions of newer ones missing. */
    private static final Map<Integer, String> OLDEST_DRIVER = Map.of(12, "525", 13, "580");

    private static final Path CONTROL = Path.of("/dev/nvidiactl");
    private static final String DRIVER_REMEDY = "Install NVIDIA's driver; in a container, start it with --gpus all.";

    private CudaProblems() {}

    static Problem noDriver(LibraryState driver) {
        if (driver.file().isEmpty()) {
            return new Problem(
                    "No NVIDIA driver is installed (" + CudaLibraries.DRIVER + ": " + driver.problem() + ").",
                    DRIVER_REMEDY);
        }
        return new Problem("NVIDIA's driver " + driver.file() + " " + driver.problem() + ".", DRIVER_REMEDY);
    }

    static Problem stubDriver(LibraryState driver, List<String> missing) {
        return new Problem(
                driver.file() + " is no driver, or one that is too old: it lacks " + some(missing) + ".",
                "Keep folders with stubs for linking out of LD_LIBRARY_PATH and " + LibraryPlaces.PATH
                        + ", and install a current driver.");
    }

    static Problem missing(List<String> groups, Bindings bindings) {
        return new Problem(
                "Missing for CUDA " + bindings.cudaMajor() + ": " + String.join("; ", groups) + ".", install(bindings));
    }

    static Problem lacking(LibraryGroup group, LibraryState library, List<String> missing) {
        return new Problem(
                library.file() + " lacks " + some(missing) + ".",
                "Install a newer version of " + group.title() + ", or name the folder of one with -D"
                        + LibraryPlaces.PATH + "=FOLDER.");
    }

    static Problem unloadable(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return new Problem(
                "CUDA's bindings can't be loaded (" + root.getClass().getSimpleName() + ": " + root.getMessage() + ").",
                "CUDA's libraries must be of the bindings' version, on Windows in folders of PATH,"
                        + " and the cache folder of JavaCPP (~/.javacpp) writable.");
    }

    static Problem wrongDnn(long madeFor, LibraryState dnn, RuntimeFacts facts, Bindings bindings) {
        return new Problem(
                "cuDNN in " + dnn.file() + " is made for CUDA " + madeFor / 1000 + ", and the runtime is CUDA "
                        + RuntimeFacts.version(facts.runtime()) + ".",
                "Both kinds have the same name. " + install(bindings));
    }

    static Problem wrongRuntime(RuntimeFacts facts, Bindings bindings) {
        return new Problem(
                "The runtime is CUDA " + RuntimeFacts.version(facts.runtime()) + ", and the bindings are for CUDA "
                        + bindings.version() + ".",
                install(bindings));
    }

    static Problem noneUsable(List<CudaReport.GpuState> devices) {
        List<String> reasons = devices.stream()
                .map(gpu -> "device " + gpu.title() + " can't be used: " + gpu.problem())
                .toList();
        return new Problem(String.join(" ", reasons), "Use the engine cpu there.");
    }

    /** What the runtime's error number means here. */
    static Problem runtimeError(RuntimeFacts facts, String driverRelease, Bindings bindings) {
        String number = " (CUDA error " + facts.error() + ": " + facts.errorText() + ")";
        return switch (facts.error()) {
            case NO_DEVICE -> noDevice();
            case OLD_DRIVER -> oldDriver(facts, driverRelease, bindings);
            case STUB ->
                new Problem(
                        "The driver that was loaded is a stub for linking" + number + ".",
                        "Keep folders named stubs out of LD_LIBRARY_PATH and " + LibraryPlaces.PATH + ".");
            case DEVICES_TAKEN ->
                new Problem(
                        "All GPUs are taken by other programs, or in exclusive or prohibited mode" + number + ".",
                        "Wait for the other program, or allow sharing with nvidia-smi -c DEFAULT.");
            case NOT_PERMITTED ->
                new Problem("This user may not use the GPUs" + number + ".", "Ask for access to /dev/nvidia*.");
            case NOT_READY ->
                new Problem(
                        "The GPUs are not ready" + number + ".",
                        "Machines with NVSwitch need nvidia-fabricmanager to run, in the driver's version.");
            case MISMATCH ->
                new Problem(
                        "The driver's library and its kernel module differ in version" + number + ".",
                        "Restart the machine after an update of the driver; in a container, use the host's libcuda.so.1.");
            default ->
                new Problem(
                        "CUDA can't be started" + number + ".",
                        "See whether nvidia-smi works, and what the kernel's log says.");
        };
    }

    private static Problem noDevice() {
        if (Files.exists(CONTROL) && !Files.isReadable(CONTROL)) {
            return new Problem(
                    "A driver is installed, and this user may not use its devices.", "Ask for access to /dev/nvidia*.");
        }
        String visible = VisibleDevices.whyNone().map(reason -> "; " + reason).orElse("");
        return new Problem(
                "A driver is installed, and it shows no GPU (CUDA error 100" + visible + ").",
                "See whether nvidia-smi lists one; a container needs --gpus all, and a GPU in MIG mode needs an instance.");
    }

    private static Problem oldDriver(RuntimeFacts facts, String driverRelease, Bindings bindings) {
        String oldest = OLDEST_DRIVER.getOrDefault(bindings.cudaMajor(), "one for CUDA " + bindings.cudaMajor());
        String other = bindings.cudaMajor() > 12
                ? ", or build with the profile cuda12-bundled, for which " + OLDEST_DRIVER.get(12) + " is enough"
                : "";
        return new Problem(
                "The driver" + (driverRelease.isEmpty() ? "" : " " + driverRelease) + " runs CUDA up to "
                        + RuntimeFacts.version(facts.driver()) + ", and the runtime is CUDA "
                        + RuntimeFacts.version(facts.runtime()) + ".",
                "Install driver " + oldest + " or newer" + other + ".");
    }

    private static String install(Bindings bindings) {
        int major = bindings.cudaMajor();
        String ending = major < 13 ? "-cu" + major : "";
        return "Install them with pip install nvidia-cuda-runtime" + ending + " nvidia-cuda-nvrtc" + ending
                + " nvidia-cublas" + ending + " nvidia-cudnn-cu" + major
                + ", or from NVIDIA's packages cuda-libraries and cudnn9-cuda-" + major
                + "; where they lie elsewhere, name the folders with -D" + LibraryPlaces.PATH
                + "=FOLDERS. The profile cuda12-bundled brings all of them along.";
    }

    private static String some(List<String> names) {
        int shown = Math.min(3, names.size());
        String rest = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return String.join(", ", names.subList(0, shown)) + rest;
    }
}
