package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.engine.cuda.driver.CudaReport.Findings;
import org.steadygrad.engine.cuda.driver.CudaReport.GpuState;
import org.steadygrad.engine.cuda.driver.CudaReport.Place;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Family;
import org.steadygrad.platform.NativeVariant;

/**
 * One look at CUDA: bindings, driver, runtime, devices, then the other libraries. Each library's functions are looked up in
 * its file before the first call, and classes of the bindings are first used when their libraries are loaded.
 */
final class Probing {
    private static final Path DRIVER_VERSION = Path.of("/proc/driver/nvidia/version");
    private static final Pattern RELEASE = Pattern.compile("\\s(\\d{3,}\\.\\d+(?:\\.\\d+)?)\\s");
    private static final String LOAD_LIBRARIES = "org.bytedeco.javacpp.loadlibraries";

    private final boolean thorough;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    /** Worth knowing only where something is missing. */
    private final List<String> notesOfPlaces = new ArrayList<>();

    private final boolean linux = NativeVariant.platform().startsWith("linux");
    private final String release = driverRelease();
    private String version = "";
    private Bindings bindings;
    private Optional<CudaLibraries> libraries = Optional.empty();
    private Optional<RuntimeFacts> facts = Optional.empty();
    private Optional<Problem> dnn = Optional.empty();
    private List<Family> families = List.of();
    private List<GpuState> devices = List.of();

    /** @param thorough whether one goes on where it is clear that CUDA can't be used, to see all that is missing */
    Probing(boolean thorough) {
        this.thorough = thorough;
    }

    CudaReport run() {
        NativeVariant.select();
        try {
            if (bindings()) {
                find();
                boolean driver = driver();
                boolean runtime = driver && (problems.isEmpty() || thorough) && runtime();
                if (driver || thorough) {
                    addMissing();
                }
                if (runtime && (problems.isEmpty() || thorough)) {
                    others();
                }
            }
        } catch (RuntimeException | LinkageError e) {
            problems.add(CudaProblems.unloadable(e));
        }
        return report();
    }

    private CudaReport report() {
        int driver = facts.map(RuntimeFacts::driver).orElse(0);
        int runtime = facts.map(RuntimeFacts::runtime).orElse(0);
        int error = facts.map(RuntimeFacts::error).orElse(0);
        if (!problems.isEmpty() || dnn.isPresent()) {
            notes.addAll(notesOfPlaces);
        }
        return new CudaReport(
                new Findings(problems, dnn, error, notes),
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

    /** Looks for libraries; elsewhere than on Linux that is left to the system. */
    private void find() {
        LibraryPlaces.Surroundings around = LibraryPlaces.Surroundings.real();
        if (!linux) {
            if (LibraryPlaces.anyNamed(around)) {
                notes.add("The places that " + LibraryPlaces.VARIABLE + " and -D" + LibraryPlaces.PATH
                        + " name count on Linux only: here CUDA's libraries must be in folders of the PATH.");
            }
            return;
        }
        LibraryPlaces.Found found = LibraryPlaces.of(around, this::completeWithoutAsking);
        families = found.families();
        notesOfPlaces.addAll(found.notes());
        if (!found.named().isEmpty() && Bindings.resource(LibraryGroup.RUNTIME.mainSoname(bindings))) {
            notes.add("The libraries come out of a jar on the class path, not from the places that are named.");
        }
        found.named().stream()
                .filter(place -> !Installations.serves(bindings, place.folders()))
                .forEach(place -> problems.add(CudaProblems.named(place, bindings)));
        libraries = Optional.of(CudaLibraries.find(bindings, families, Bindings::resource));
    }

    /** Whether a Python that is a script needn't be asked: better places have what is needed, or nothing helps. */
    private boolean completeWithoutAsking(List<Family> others) {
        CudaLibraries without = CudaLibraries.find(bindings, others, Bindings::resource);
        boolean better = others.stream()
                .anyMatch(family -> family.given()
                        ? Installations.serves(bindings, family.folders())
                        : LibraryPlaces.ACTIVE.contains(family.origin())
                                && Installations.whole(bindings, List.of(family))
                                        .isPresent());
        return (!thorough && !without.driver().fine()) || (better && without.complete());
    }

    /** @return whether it may be called */
    private boolean driver() {
        if (libraries.isEmpty()) {
            return true;
        }
        CudaLibraries found = libraries.get();
        if (!found.driver().fine()) {
            problems.add(CudaProblems.noDriver(found.driver()));
            return false;
        }
        if (!problems.isEmpty() && !thorough) {
            return true;
        }
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
            return false;
        }
        quietly(bindings);
        RuntimeFacts read = RuntimeFacts.read();
        facts = Optional.of(read);
        devices = read.devices();
        note(LibraryGroup.RUNTIME, RuntimeFacts.version(read.runtime()));
        if (read.error() != 0) {
            problems.add(CudaProblems.runtimeError(read, release, bindings));
        } else if (read.runtime() / 1000 != bindings.cudaMajor()) {
            problems.add(CudaProblems.wrongRuntime(read, bindings));
        }
        return true;
    }

    private void others() {
        if (load(LibraryGroup.COMPILER, "nvrtc")) {
            note(LibraryGroup.COMPILER, LibraryFacts.compiler());
            List<Integer> architectures = LibraryFacts.architectures();
            devices = devices.stream()
                    .map(gpu -> gpu.usable()
                            ? gpu.withProblem(Capability.problem(gpu.computeCapability(), architectures, bindings))
                            : gpu)
                    .toList();
        }
        if (load(LibraryGroup.BLAS, "cublas")) {
            note(LibraryGroup.BLAS, LibraryFacts.blas());
        }
        if (load(LibraryGroup.DNN, "cudnn")) {
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
            libraries.ifPresent(found -> dnn = Optional.of(
                    CudaProblems.wrongDnn(madeFor, found.main(LibraryGroup.DNN), facts.orElseThrow(), bindings)));
        }
    }

    private void note(LibraryGroup group, String groupVersion) {
        libraries.ifPresent(found -> found.setVersion(group, groupVersion));
    }

    /**
     * Loads a group and looks whether it has all that is called; says so if not.
     *
     * @return whether it may be called
     */
    private boolean load(LibraryGroup group, String prefix) {
        if (libraries.isEmpty()) {
            return true;
        }
        CudaLibraries found = libraries.get();
        if (!found.problem(group).isEmpty()) {
            return false;
        }
        if (!found.load(group)) {
            add(group, CudaProblems.missing(List.of(reason(group)), List.of(group), bindings));
            return false;
        }
        if (found.files(group).isEmpty()) {
            return true;
        }
        List<String> missing = NeededCalls.missing(prefix, found.files(group));
        if (!missing.isEmpty()) {
            add(group, CudaProblems.lacking(group, found.main(group), missing, bindings));
        }
        return missing.isEmpty();
    }

    private void add(LibraryGroup group, Problem problem) {
        if (group == LibraryGroup.DNN) {
            dnn = Optional.of(problem);
        } else {
            problems.add(problem);
        }
    }

    private String reason(LibraryGroup group) {
        CudaLibraries found = libraries.orElseThrow();
        return group.title() + " (" + found.main(group).name() + ": " + found.problem(group) + ")";
    }

    /** One sentence for all groups that aren't there; cuDNN alone keeps nothing from running. */
    private void addMissing() {
        List<LibraryGroup> absent = new ArrayList<>();
        libraries.ifPresent(found -> absent.addAll(found.absent()));
        if (absent.isEmpty()) {
            return;
        }
        if (absent.equals(List.of(LibraryGroup.DNN))) {
            dnn = Optional.of(CudaProblems.missing(List.of(reason(LibraryGroup.DNN)), absent, bindings));
            return;
        }
        Optional<Map.Entry<Bindings, Family>> other = Installations.otherCuda(bindings, families);
        problems.add(other.map(entry -> CudaProblems.otherBindings(bindings, entry.getKey(), entry.getValue()))
                .orElseGet(() ->
                        CudaProblems.missing(absent.stream().map(this::reason).toList(), absent, bindings)));
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
