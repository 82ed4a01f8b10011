package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.engine.cuda.driver.CudaReport.GpuState;
import org.steadygrad.engine.cuda.driver.CudaReport.Place;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;
import org.steadygrad.platform.NativeVariant;

/**
 * One look at CUDA: bindings, driver, runtime, devices, then the other libraries. Each library's functions are looked up in
 * its file before the first call, and classes of the bindings are first used when their libraries are loaded.
 */
final class Probing {
    private static final Path DRIVER_VERSION = Path.of("/proc/driver/nvidia/version");
    private static final Pattern RELEASE = Pattern.compile("\\s(\\d{3,}\\.\\d+(?:\\.\\d+)?)\\s");
    private static final String LOAD_LIBRARIES = "org.bytedeco.javacpp.loadlibraries";

    private final List<Problem> problems = new ArrayList<>();
    private final boolean linux = NativeVariant.platform().startsWith("linux");
    private final String release = driverRelease();
    private String version = "";
    private Bindings bindings;
    private Optional<CudaLibraries> libraries = Optional.empty();
    private Optional<RuntimeFacts> facts = Optional.empty();
    private List<GpuState> devices = List.of();

    CudaReport run() {
        NativeVariant.select();
        try {
            if (bindings() && driver() && runtime()) {
                others();
            }
        } catch (RuntimeException | LinkageError e) {
            problems.add(CudaProblems.unloadable(e));
        }
        return report();
    }

    private CudaReport report() {
        int driver = facts.map(RuntimeFacts::driver).orElse(0);
        int runtime = facts.map(RuntimeFacts::runtime).orElse(0);
        return new CudaReport(
                problems.stream().findFirst(),
                new VersionState(version, RuntimeFacts.version(driver), release, RuntimeFacts.version(runtime)),
                libraries.map(CudaLibraries::states).orElse(List.of()),
                devices,
                libraries.map(CudaLibraries::places).orElse(List.<Place>of()));
    }

    private boolean bindings() {
        Bindings.missing().ifPresent(problems::add);
        if (!problems.isEmpty()) {
            return false;
        }
        version = Bindings.versionText();
        bindings = Bindings.parse(version).orElseGet(() -> new Bindings(version, 0, 0));
        bindings.unfit().ifPresent(problems::add);
        return problems.isEmpty();
    }

    private boolean driver() {
        if (!linux) {
            return true;
        }
        CudaLibraries found =
                CudaLibraries.find(bindings, LibraryPlaces.of(LibraryPlaces.Surroundings.real()), Bindings::resource);
        libraries = Optional.of(found);
        if (!found.loadDriver()) {
            problems.add(CudaProblems.noDriver(found.driver()));
            return false;
        }
        List<String> missing =
                NeededCalls.missing("cu", List.of(Path.of(found.driver().file())));
        if (!missing.isEmpty()) {
            problems.add(CudaProblems.stubDriver(found.driver(), missing));
        }
        return missing.isEmpty();
    }

    private boolean runtime() {
        if (!load(LibraryGroup.RUNTIME, "cuda")) {
            addMissing();
            return false;
        }
        quietly(bindings);
        RuntimeFacts read = RuntimeFacts.read();
        facts = Optional.of(read);
        devices = read.devices();
        libraries.ifPresent(found -> found.setVersion(LibraryGroup.RUNTIME, RuntimeFacts.version(read.runtime())));
        if (read.error() != 0) {
            problems.add(CudaProblems.runtimeError(read, release, bindings));
        } else if (read.runtime() / 1000 != bindings.cudaMajor()) {
            problems.add(CudaProblems.wrongRuntime(read, bindings));
        }
        return problems.isEmpty();
    }

    private void others() {
        boolean compiler = load(LibraryGroup.COMPILER, "nvrtc");
        boolean blas = load(LibraryGroup.BLAS, "cublas");
        boolean dnn = load(LibraryGroup.DNN, "cudnn");
        addMissing();
        if (compiler) {
            note(LibraryGroup.COMPILER, LibraryFacts.compiler());
            List<Integer> architectures = LibraryFacts.architectures();
            devices = devices.stream()
                    .map(gpu -> gpu.usable()
                            ? gpu.withProblem(Capability.problem(gpu.computeCapability(), architectures, bindings))
                            : gpu)
                    .toList();
        }
        if (blas) {
            note(LibraryGroup.BLAS, LibraryFacts.blas());
        }
        if (dnn) {
            dnn();
        }
        if (problems.isEmpty() && devices.stream().noneMatch(GpuState::usable)) {
            problems.add(CudaProblems.noneUsable(devices));
        }
    }

    private void dnn() {
        long number = LibraryFacts.dnn();
        note(LibraryGroup.DNN, number / 10000 + "." + number / 100 % 100 + "." + number % 100);
        long madeFor = LibraryFacts.dnnMadeFor();
        if (madeFor / 1000 != facts.orElseThrow().runtime() / 1000) {
            libraries.ifPresent(found -> problems.add(
                    CudaProblems.wrongDnn(madeFor, found.main(LibraryGroup.DNN), facts.orElseThrow(), bindings)));
        }
    }

    private void note(LibraryGroup group, String groupVersion) {
        libraries.ifPresent(found -> found.setVersion(group, groupVersion));
    }

    /**
     * Loads a group and looks whether it has all that is called.
     *
     * @return whether it may be called
     */
    private boolean load(LibraryGroup group, String prefix) {
        if (libraries.isEmpty()) {
            return true;
        }
        CudaLibraries found = libraries.get();
        if (!found.load(group)) {
            return false;
        }
        if (found.files(group).isEmpty()) {
            return true;
        }
        List<String> missing = NeededCalls.missing(prefix, found.files(group));
        if (!missing.isEmpty()) {
            problems.add(CudaProblems.lacking(group, found.main(group), missing));
        }
        return missing.isEmpty();
    }

    /** One sentence for all groups that are missing. */
    private void addMissing() {
        List<String> groups = new ArrayList<>();
        libraries.ifPresent(found -> {
            for (LibraryGroup group : LibraryGroup.values()) {
                if (!found.problem(group).isEmpty()) {
                    groups.add(group.title() + " (" + found.main(group).name() + ": " + found.problem(group) + ")");
                }
            }
        });
        if (!groups.isEmpty()) {
            problems.add(CudaProblems.missing(groups, bindings));
        }
    }

    /**
     * Initialises the class that compares the bindings' version with JavaCPP's, and prints a warning when they differ, in the
     * only state in which it doesn't. CUDA 12's bindings are older than JavaCPP here, and work with it.
     */
    private static void quietly(Bindings bindings) {
        if (!bindings.madeForOtherJavaCpp()) {
            return;
        }
        String before = System.getProperty(LOAD_LIBRARIES);
        System.setProperty(LOAD_LIBRARIES, "false");
        try {
            Class.forName("org.bytedeco.cuda.presets.cudart", true, Probing.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new NoClassDefFoundError(e.getMessage());
        } finally {
            if (before == null) {
                System.clearProperty(LOAD_LIBRARIES);
            } else {
                System.setProperty(LOAD_LIBRARIES, before);
            }
        }
    }

    private static String driverRelease() {
        try {
            Matcher matcher = RELEASE.matcher(Files.readString(DRIVER_VERSION));
            return matcher.find() ? matcher.group(1) : "";
        } catch (IOException e) {
            return "";
        }
    }
}
