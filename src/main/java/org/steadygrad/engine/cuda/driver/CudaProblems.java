package org.steadygrad.engine.cuda.driver;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;

/** Says in words why CUDA can't be used, and what to do. */
final class CudaProblems {
    /** CUDA's own error numbers, of the runtime. */
    private static final int OUT_OF_MEMORY = 2;

    private static final int NOT_INITIALIZED = 3;
    private static final int STUB = 34;

    private static final int OLD_DRIVER = 35;
    private static final int DEVICES_TAKEN = 46;
    private static final int NO_DEVICE = 100;
    private static final int NOT_PERMITTED = 800;
    private static final int NOT_READY = 802;
    private static final int MISMATCH = 803;
    private static final int NO_COMPATIBILITY = 804;
    private static final int UNKNOWN = 999;

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
                "Keep folders with stubs for linking out of LD_LIBRARY_PATH and " + LibraryPlaces.VARIABLE
                        + ", and install a current driver.");
    }

    /**
     * @param groups that are missing, each with its reason
     * @param needed all groups to install, cuDNN with them
     */
    static Problem missing(List<String> groups, List<LibraryGroup> needed, Bindings bindings) {
        return new Problem(
                "Missing for CUDA " + bindings.cudaMajor() + ": " + String.join("; ", groups) + ".",
                install(needed, bindings));
    }

    /** All that is needed is there, and this build's bindings are of another version. */
    static Problem otherBindings(Bindings bindings, Bindings other, LibraryPlaces.Family family) {
        return new Problem(
                "Here are the libraries of CUDA " + other.cudaMajor() + " (" + family.origin() + ": "
                        + Installations.where(other, family)
                        + "), and this program was built with bindings for CUDA " + bindings.cudaMajor() + ".",
                rebuild(other));
    }

    private static String rebuild(Bindings other) {
        return other.cudaMajor() > 12
                ? "STEADYGRAD_PROFILES= ./steadygrad doctor builds it with those for CUDA 13."
                : "STEADYGRAD_PROFILES=cuda12 ./steadygrad doctor builds it with those for CUDA 12 (7 MB).";
    }

    /** A place that the user names is no place, or has nothing that it could be named for. */
    static Problem named(NamedPlace place, Bindings bindings) {
        if (!place.exists()) {
            return new Problem(
                    place.title() + ".",
                    "It may be a virtual environment, its site-packages, a Python, a Conda environment or a folder of CUDA.");
        }
        LibraryPlaces.Family family = new LibraryPlaces.Family(place.setting(), place.folders(), true);
        for (int major : Bindings.MAJORS) {
            Bindings other = bindings.ofCuda(major);
            if (Installations.whole(other, List.of(family)).isPresent()) {
                return new Problem(
                        place.title() + " with the libraries of CUDA " + major
                                + ", and this program was built with bindings for CUDA " + bindings.cudaMajor() + ".",
                        rebuild(other));
            }
        }
        List<String> wanted = List.of(LibraryGroup.values()).stream()
                .map(group -> group.mainSoname(bindings))
                .toList();
        return new Problem(
                place.title() + " without any of " + String.join(", ", wanted) + ": " + place.holds()
                        + ". Looked in it, and in its lib, lib64, targets/*/lib, nvidia/*/lib, torch/lib and"
                        + " lib*/python3*/site-packages.",
                "Name a place that has them, or none.");
    }

    static Problem lacking(LibraryGroup group, LibraryState library, List<String> missing, Bindings bindings) {
        return new Problem(
                library.file() + " lacks " + some(missing) + ".",
                "Install a newer version of " + group.title() + ", for example with pip install "
                        + group.requirement(bindings) + ", or name the place of one with " + LibraryPlaces.VARIABLE
                        + "=FOLDER.");
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
                "The packages nvidia-cudnn-cu12 and nvidia-cudnn-cu13 have the same files, and the one that was installed last"
                        + " is there; pip install --force-reinstall --no-deps "
                        + LibraryGroup.DNN.requirement(bindings) + " brings the other one back.");
    }

    static Problem wrongRuntime(RuntimeFacts facts, Bindings bindings) {
        return new Problem(
                "The runtime is CUDA " + RuntimeFacts.version(facts.runtime()) + ", and the bindings are for CUDA "
                        + bindings.version() + ".",
                install(LibraryGroup.required(), bindings));
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
            case NO_DEVICE -> noDevice(number);
            case OLD_DRIVER -> oldDriver(facts, driverRelease, bindings);
            case STUB ->
                new Problem(
                        "The driver that was loaded is a stub for linking" + number + ".",
                        "Keep folders named stubs out of LD_LIBRARY_PATH and " + LibraryPlaces.VARIABLE + ".");
            case OUT_OF_MEMORY ->
                new Problem(
                        "The driver has no memory to start with" + number + ".",
                        "Either a GPU is full, and nvidia-smi shows by what, or this process may not take enough of the machine's"
                                + " memory: CUDA needs address space (ulimit -v) and, in a container, memory beyond Java's own.");
            case NOT_INITIALIZED ->
                new Problem(
                        "The driver is there and can't start" + number + ".",
                        "A device file is missing, perhaps: ls /dev/nvidia* must show nvidia-uvm, too (sudo nvidia-modprobe -u"
                                + " makes it; a container needs --gpus all). If nvidia-smi fails as well, the kernel's log says"
                                + " why.");
            case DEVICES_TAKEN ->
                new Problem(
                        "The GPUs are there and unavailable: taken by other programs, or in exclusive or prohibited mode"
                                + number + ".",
                        "nvidia-smi shows which programs use them, and the mode; nvidia-smi -c DEFAULT allows sharing.");
            case NOT_PERMITTED ->
                new Problem("This user may not use the GPUs" + number + ".", "Ask for access to /dev/nvidia*.");
            case NOT_READY ->
                new Problem(
                        "The GPUs are there and not ready" + number + ".",
                        "Machines with NVSwitch need the service nvidia-fabricmanager to run, in the driver's version;"
                                + " after a start of the machine it takes a while.");
            case MISMATCH ->
                new Problem(
                        "The driver's library and its kernel module differ in version" + number + ".",
                        "Restart the machine after an update of the driver; in a container, use the host's libcuda.so.1.");
            case NO_COMPATIBILITY ->
                new Problem(
                        "The driver's library is of a compatibility package that these GPUs don't take" + number + ".",
                        "Keep folders named compat out of LD_LIBRARY_PATH, so that the driver's own libcuda.so.1 is found.");
            case UNKNOWN ->
                new Problem(
                        "The driver is there and fails for a reason that it doesn't tell" + number + ".",
                        "See whether nvidia-smi works, and what the kernel's log says. After the machine slept: sudo rmmod"
                                + " nvidia_uvm && sudo modprobe nvidia_uvm.");
            default ->
                new Problem(
                        "CUDA can't be started" + number + ".",
                        "See whether nvidia-smi works, and what the kernel's log says.");
        };
    }

    private static Problem noDevice(String number) {
        if (Files.exists(CONTROL) && !Files.isReadable(CONTROL)) {
            return new Problem(
                    "A driver is installed, and this user may not use its devices" + number + ".",
                    "Ask for access to /dev/nvidia*.");
        }
        String visible = VisibleDevices.whyNone().map(reason -> "; " + reason).orElse("");
        return new Problem(
                "A driver is installed, and it shows no GPU" + number + visible + ".",
                "See whether nvidia-smi lists one; a container needs --gpus all, and a GPU in MIG mode needs an instance.");
    }

    private static Problem oldDriver(RuntimeFacts facts, String driverRelease, Bindings bindings) {
        String oldest = OLDEST_DRIVER.getOrDefault(bindings.cudaMajor(), "one for CUDA " + bindings.cudaMajor());
        String other = bindings.cudaMajor() > 12
                ? ", or use CUDA 12, for which " + OLDEST_DRIVER.get(12)
                        + " is enough: with its packages for Python (STEADYGRAD_PROFILES=cuda12) or without"
                        + " (STEADYGRAD_PROFILES=cuda12-bundled, 2 GB)"
                : "";
        if (facts.driver() >= facts.runtime()) {
            return new Problem(
                    "The runtime, CUDA " + RuntimeFacts.version(facts.runtime())
                            + ", doesn't take the driver (CUDA error "
                            + facts.error() + ": " + facts.errorText() + "), though that says it runs CUDA up to "
                            + RuntimeFacts.version(facts.driver()) + ".",
                    "See whether the libcuda.so.1 that was found is the driver's own.");
        }
        String runs = facts.driver() > 0
                ? " runs CUDA up to " + RuntimeFacts.version(facts.driver())
                : " doesn't say which CUDA it runs, as one that is too old or no driver at all doesn't";
        return new Problem(
                "The driver" + (driverRelease.isEmpty() ? "" : " " + driverRelease) + runs
                        + ", and the runtime is CUDA "
                        + RuntimeFacts.version(facts.runtime()) + " (CUDA error " + facts.error() + ": "
                        + facts.errorText() + ").",
                "Install driver " + oldest + " or newer" + other + ".");
    }

    private static String install(List<LibraryGroup> groups, Bindings bindings) {
        String wheels =
                groups.stream().map(group -> group.requirement(bindings)).collect(Collectors.joining(" "));
        return "In a Python environment: pip install " + wheels + "; then activate it, or name it with "
                + LibraryPlaces.VARIABLE + "=FOLDER. Other places that have them can be named, too, and the profile"
                + " cuda12-bundled brings all along (2 GB).";
    }

    private static String some(List<String> names) {
        int shown = Math.min(3, names.size());
        String rest = names.size() > shown ? " and " + (names.size() - shown) + " more" : "";
        return String.join(", ", names.subList(0, shown)) + rest;
    }
}
