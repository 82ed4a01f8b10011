package org.steadygrad.engine.cuda.driver;

import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.bytedeco.javacpp.Loader;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.driver.CudaReport.Place;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Family;

/**
 * Chooses CUDA's libraries among those of a Linux machine and loads them by their paths, before any class of the bindings is
 * initialised: what is loaded later finds them by SONAME, so that neither LD_LIBRARY_PATH nor java.library.path matters.
 * One installation is preferred for all; what it lacks comes from the next.
 */
final class CudaLibraries {
    /** The driver's part for programs. */
    static final String DRIVER = "libcuda.so.1";

    private final Bindings bindings;
    private final List<Family> families;
    private final Predicate<String> bundled;
    private final Map<LibraryGroup, List<Path>> chosen = new EnumMap<>(LibraryGroup.class);
    private final Map<LibraryGroup, List<LibraryState>> states = new EnumMap<>(LibraryGroup.class);
    private LibraryState driver;

    private CudaLibraries(Bindings bindings, List<Family> families, Predicate<String> bundled) {
        this.bindings = bindings;
        this.families = families;
        this.bundled = bundled;
    }

    /**
     * Looks, and loads nothing.
     *
     * @param bundled whether a file of that name comes out of a jar
     */
    static CudaLibraries find(Bindings bindings, List<Family> families, Predicate<String> bundled) {
        CudaLibraries libraries = new CudaLibraries(bindings, families, bundled);
        libraries.driver = libraries.findDriver();
        List<Family> order = libraries.preference();
        for (LibraryGroup group : LibraryGroup.values()) {
            libraries.choose(group, order);
        }
        return libraries;
    }

    /** The groups that aren't there. */
    List<LibraryGroup> absent() {
        return List.of(LibraryGroup.values()).stream()
                .filter(group -> main(group).file().isEmpty())
                .toList();
    }

    /** Whether driver and libraries are there. */
    boolean complete() {
        return driver.fine() && absent().isEmpty();
    }

    /** All libraries' states, in the order of loading. */
    List<LibraryState> states() {
        List<LibraryState> all = new ArrayList<>(List.of(driver));
        states.values().forEach(all::addAll);
        return List.copyOf(all);
    }

    /** Where libraries were looked for. */
    List<Place> places() {
        return families.stream()
                .map(family -> new Place(
                        family.origin(),
                        family.folders().stream().map(Path::toString).toList()))
                .toList();
    }

    LibraryState driver() {
        return driver;
    }

    /** The files of a group that were chosen; empty where there are none, and where they come out of a jar. */
    List<Path> files(LibraryGroup group) {
        return chosen.getOrDefault(group, List.of());
    }

    /** What is known of a group's library that stands for it. */
    LibraryState main(LibraryGroup group) {
        List<LibraryState> all = states.get(group);
        return all.get(all.size() - 1);
    }

    /** Why a group can't be used; "" when it can, or could when nothing was loaded yet. */
    String problem(LibraryGroup group) {
        return states.get(group).stream()
                .filter(state -> !isHelper(state.name()))
                .map(LibraryState::problem)
                .filter(problem -> !problem.isEmpty())
                .findFirst()
                .orElse("");
    }

    void setVersion(LibraryGroup group, String version) {
        states.get(group).replaceAll(state -> state.withVersion(version));
    }

    /**
     * Loads the driver.
     *
     * @return whether that went well
     */
    boolean loadDriver() {
        if (driver.fine()) {
            try {
                System.load(driver.file());
            } catch (UnsatisfiedLinkError e) {
                driver = driver.withProblem(reason(e));
            }
        }
        return driver.fine();
    }

    /**
     * Loads a group's files, in the names that JavaCPP knows them by: it then takes no others of these names, which it would
     * look for in places of its own.
     *
     * @return whether the group can be used
     */
    boolean load(LibraryGroup group) {
        for (int i = 0; i < files(group).size() && problem(group).isEmpty(); i++) {
            Path file = files(group).get(i);
            LibraryState state = states.get(group).get(i);
            try {
                Loader.loadLibrary(Loader.class, new URL[] {file.toUri().toURL()}, javaCppName(state.name()));
            } catch (UnsatisfiedLinkError | MalformedURLException e) {
                states.get(group).set(i, state.withProblem(reason(e)));
            }
        }
        return problem(group).isEmpty();
    }

    /** "libcudart.so.13" is "cudart@.13" to JavaCPP. */
    static String javaCppName(String soname) {
        return soname.substring("lib".length()).replaceFirst("\\.so(?=\\.)", "@");
    }

    /** The loader's words for why a library, or one that it needs, can't be loaded. */
    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return "can't be loaded: " + String.valueOf(root.getMessage()).strip();
    }

    private static boolean isHelper(String soname) {
        return soname.startsWith("libcudnn_heuristic") || soname.startsWith("libcudnn_engines_");
    }

    private LibraryState findDriver() {
        String unfit = "not found";
        for (Family family : families) {
            for (Path folder : family.folders()) {
                Path file = folder.resolve(DRIVER);
                boolean toLinkWith = folder.endsWith("stubs");
                if (Files.isRegularFile(file) && (family.given() || !toLinkWith)) {
                    if (DynamicSymbols.isLibrary(file)) {
                        return new LibraryState(DRIVER, "", file.toString(), "", "", "");
                    }
                    unfit = file + " is no library for this machine";
                }
            }
        }
        return new LibraryState(DRIVER, "", "", unfit, "", "");
    }

    /** Folders that the user names come first; then the installation with the most groups; then all others. */
    private List<Family> preference() {
        List<Family> order = new ArrayList<>(families);
        Family best = null;
        long most = 0;
        for (Family family : families) {
            long groups = List.of(LibraryGroup.values()).stream()
                    .filter(group ->
                            Installations.files(family, group, bindings).isPresent())
                    .count();
            if (!family.given() && groups > most) {
                best = family;
                most = groups;
            }
        }
        if (best != null) {
            order.remove(best);
            int place = (int) order.stream().filter(Family::given).count();
            order.add(place, best);
        }
        return order;
    }

    private void choose(LibraryGroup group, List<Family> order) {
        String main = group.mainSoname(bindings);
        String wheel = group.requirement(bindings);
        if (bundled.test(main)) {
            states.put(group, listOf(new LibraryState(main, "", "in a jar on the class path", "", "", "")));
            return;
        }
        for (Family family : order) {
            Optional<List<Path>> files = Installations.files(family, group, bindings);
            if (files.isPresent()) {
                List<LibraryState> found = new ArrayList<>();
                files.get().forEach(file -> found.add(state(file, wheel)));
                chosen.put(group, files.get());
                states.put(group, found);
                return;
            }
        }
        states.put(group, listOf(new LibraryState(main, "", "", whyNot(group), wheel, "")));
    }

    /** A toolkit's files tell their version: libcudart.so.13 is a link to libcudart.so.13.0.96. */
    private static LibraryState state(Path file, String wheel) {
        String name = file.getFileName().toString();
        String real = Folders.real(file).getFileName().toString();
        String version = real.startsWith(name + ".") ? real.substring(real.indexOf(".so.") + 4) : "";
        return new LibraryState(name, version, file.toString(), "", wheel, Wheels.of(file));
    }

    /** Says what is there in its place: another major version, or a part of the group. */
    private String whyNot(LibraryGroup group) {
        for (Family family : families) {
            for (Path folder : family.folders()) {
                if (Files.isRegularFile(folder.resolve(group.mainSoname(bindings)))) {
                    return folder.resolve(group.mainSoname(bindings)) + " is there, but beside it not all of "
                            + String.join(", ", group.sonames(bindings)) + ", or not for this machine";
                }
            }
        }
        for (Family family : families) {
            for (Path folder : family.folders()) {
                List<String> others = group.otherVersions(folder, bindings);
                if (!others.isEmpty()) {
                    return "not found; " + folder.resolve(others.get(0)) + " is of another major version than "
                            + group.major(bindings) + ", which the bindings " + bindings.version() + " need";
                }
            }
        }
        return "not found";
    }

    private static List<LibraryState> listOf(LibraryState state) {
        return new ArrayList<>(List.of(state));
    }
}
