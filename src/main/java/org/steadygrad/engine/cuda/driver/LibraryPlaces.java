package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Folders of a Linux machine in which CUDA's libraries may lie. Looks at names of files only; the one program that it may ask
 * is a Python that the user names, or a python3 of the PATH that is a script and so says nothing by its place.
 */
final class LibraryPlaces {
    /** Places to look in before all others, and instead of them where they have what is needed: see {@link NamedPlace}. */
    static final String PATH = "steadygrad.cuda.path";

    /** The environment variable for the same, which the property goes before. */
    static final String VARIABLE = "STEADYGRAD_CUDA";

    /** With the value {@value #PATH_ONLY}, only {@link #PATH} is looked at. */
    static final String SEARCH = "steadygrad.cuda.search";

    static final String PATH_ONLY = "path-only";

    /** Variables that name the environment in use. */
    static final List<String> ACTIVE = List.of("VIRTUAL_ENV", "CONDA_PREFIX");

    /** Usual names of environments in a project's folder. */
    private static final List<String> ENVIRONMENTS = List.of(".venv", "venv", "env");

    private final Surroundings around;
    private final List<Family> families = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Set<Path> seen = new LinkedHashSet<>();

    private LibraryPlaces(Surroundings around) {
        this.around = around;
    }

    /**
     * Where and in whose name one looks.
     *
     * @param root "/" but in tests
     * @param current the folder in which the program was started
     * @param properties the system's, of which those above count
     * @param python asks a Python
     */
    record Surroundings(
            Path root,
            Path home,
            Path current,
            Map<String, String> environment,
            Map<String, String> properties,
            Function<Path, PythonInterpreter.Answer> python) {
        static Surroundings real() {
            return new Surroundings(
                    Path.of("/"),
                    Path.of(System.getProperty("user.home", "/")),
                    Path.of("").toAbsolutePath(),
                    System.getenv(),
                    Map.of(PATH, System.getProperty(PATH, ""), SEARCH, System.getProperty(SEARCH, "")),
                    PythonInterpreter::ask);
        }

        String variable(String name) {
            return environment.getOrDefault(name, "");
        }
    }

    /**
     * Folders that one installation filled.
     *
     * @param given whether the user named them for this program
     */
    record Family(String origin, List<Path> folders, boolean given) {}

    /**
     * What was found.
     *
     * @param families in the order of preference; only folders that exist, each once
     * @param named all places that the user named
     * @param notes what else is worth knowing when something is missing, as sentences
     */
    record Found(List<Family> families, List<NamedPlace> named, List<String> notes) {}

    /**
     * Looks.
     *
     * @param unasked whether, given what else there is, a python3 that is a script needn't be asked: that takes a while
     */
    static Found of(Surroundings around, Predicate<List<Family>> unasked) {
        List<NamedPlace> named = named(around);
        LibraryPlaces places = new LibraryPlaces(around);
        places.look(named, List.of());
        Optional<Path> script = script(around);
        if (script.isEmpty() || unasked.test(places.families)) {
            return places.found(named, List.of());
        }
        PythonInterpreter.Answer answer = around.python().apply(script.get());
        if (!answer.problem().isEmpty()) {
            return places.found(named, List.of("python3 of the PATH, " + script.get() + ", " + answer.problem() + "."));
        }
        LibraryPlaces again = new LibraryPlaces(around);
        again.look(named, List.of(new Family(script.get().toString(), answer.folders(), false)));
        return again.found(named, List.of());
    }

    /** @param wrapped folders of the Python in use, when its place doesn't tell them */
    private void look(List<NamedPlace> named, List<Family> wrapped) {
        named.forEach(place -> add(place.setting() + "=" + place.text(), place.folders(), true));
        if (onlyPath(around)) {
            return;
        }
        active();
        wrapped.forEach(family -> add(family.origin(), family.folders(), false));
        pythons();
        add("LD_LIBRARY_PATH", Folders.split(around.variable("LD_LIBRARY_PATH")), false);
        toolkits();
        system();
        otherPythons();
        environmentsHere();
    }

    private Found found(List<NamedPlace> named, List<String> further) {
        return new Found(
                List.copyOf(families),
                named,
                Stream.concat(notes.stream(), further.stream()).toList());
    }

    private static boolean onlyPath(Surroundings around) {
        return PATH_ONLY.equals(around.properties().get(SEARCH));
    }

    /** Whether the user names any place. */
    static boolean anyNamed(Surroundings around) {
        return !property(around).isEmpty() || !variable(around).isEmpty();
    }

    private static List<String> property(Surroundings around) {
        return Folders.parts(around.properties().getOrDefault(PATH, ""));
    }

    private static List<String> variable(Surroundings around) {
        return onlyPath(around) ? List.of() : Folders.parts(around.variable(VARIABLE));
    }

    private static List<NamedPlace> named(Surroundings around) {
        return Stream.concat(
                        property(around).stream().map(text -> NamedPlace.of("-D" + PATH, text, around)),
                        variable(around).stream().map(text -> NamedPlace.of(VARIABLE, text, around)))
                .toList();
    }

    /** The first python3 of the PATH, which is the one in use, if it is a script: it may start one that lies elsewhere. */
    private static Optional<Path> script(Surroundings around) {
        return onlyPath(around)
                ? Optional.empty()
                : Folders.split(around.variable("PATH")).stream()
                        .map(folder -> folder.resolve("python3"))
                        .filter(Files::isExecutable)
                        .findFirst()
                        .filter(program -> !DynamicSymbols.isLibrary(program));
    }

    private void active() {
        for (Path prefix : Folders.split(around.variable("VIRTUAL_ENV"))) {
            add("VIRTUAL_ENV", PythonFolders.ofPrefix(prefix), false);
        }
        for (Path prefix : Folders.split(around.variable("CONDA_PREFIX"))) {
            List<Path> folders = new ArrayList<>(PythonFolders.ofPrefix(prefix));
            folders.addAll(toolkit(prefix));
            add("CONDA_PREFIX", folders, false);
        }
    }

    private void pythons() {
        for (Path folder : Folders.split(around.variable("PATH"))) {
            Path python = folder.resolve("python3");
            if (folder.getParent() != null && Files.isExecutable(python)) {
                add("python3 in " + folder, PythonFolders.ofPrefix(folder.getParent()), false);
                Path real = Folders.real(python).getParent();
                if (real != null && real.getParent() != null) {
                    add("python3 in " + real, PythonFolders.ofPrefix(real.getParent()), false);
                }
            }
        }
    }

    private void toolkits() {
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            Folders.split(around.variable(variable)).forEach(home -> add(variable, toolkit(home), false));
        }
        Path local = around.root().resolve("usr/local");
        add(local.resolve("cuda").toString(), toolkit(local.resolve("cuda")), false);
        for (Path home : Folders.list(local, "cuda-*")) {
            add(home.toString(), toolkit(home), false);
        }
        Path arch = around.root().resolve("opt/cuda");
        add(arch.toString(), toolkit(arch), false);
    }

    private void system() {
        List<Path> folders = new ArrayList<>();
        for (String folder : List.of(
                "usr/lib/x86_64-linux-gnu",
                "usr/lib/aarch64-linux-gnu",
                "usr/lib64",
                "usr/lib",
                "usr/local/nvidia/lib64",
                "usr/local/nvidia/lib",
                "usr/lib/wsl/lib",
                "usr/lib/x86_64-linux-gnu/nvidia/current",
                "usr/lib/aarch64-linux-gnu/nvidia",
                "run/opengl-driver/lib",
                "usr/local/lib")) {
            folders.add(around.root().resolve(folder));
        }
        folders.addAll(loaderFolders());
        add("the system's folders", folders, false);
    }

    private void otherPythons() {
        Path pyenv = around.variable("PYENV_ROOT").isEmpty()
                ? around.home().resolve(".pyenv")
                : Path.of(around.variable("PYENV_ROOT"));
        Folders.list(pyenv.resolve("versions"), "*")
                .forEach(version -> add("pyenv", PythonFolders.ofPrefix(version), false));
        add("Python, for one user", PythonFolders.ofPrefix(around.home().resolve(".local")), false);
        add("Python", PythonFolders.ofPrefix(around.root().resolve("usr/local")), false);
        add("Python", PythonFolders.ofPrefix(around.root().resolve("usr")), false);
    }

    /** Libraries are code: those of an environment that merely lies here are not for this program to run. */
    private void environmentsHere() {
        for (String name : ENVIRONMENTS) {
            Path folder = around.current().resolve(name);
            if (Files.exists(folder.resolve(PythonFolders.ENVIRONMENT))) {
                boolean taken = PythonFolders.ofPrefix(folder).stream()
                        .allMatch(libraries -> seen.contains(Folders.real(libraries)));
                if (!taken) {
                    notes.add("There is an environment with libraries, " + name
                            + ", in the current folder. Nobody named or activated it, so that it isn't used; "
                            + VARIABLE + "=" + name + " names it.");
                }
            }
        }
    }

    /** The loader's own folders, as its configuration names them. */
    private List<Path> loaderFolders() {
        List<Path> folders = new ArrayList<>();
        Path etc = around.root().resolve("etc");
        List<Path> files = new ArrayList<>(List.of(etc.resolve("ld.so.conf")));
        files.addAll(Folders.list(etc.resolve("ld.so.conf.d"), "*.conf"));
        for (Path file : files) {
            try {
                for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                    if (line.startsWith("/")) {
                        folders.add(around.root().resolve(line.strip().substring(1)));
                    }
                }
            } catch (IOException e) {
                // as good as absent
            }
        }
        return folders;
    }

    /** Where a toolkit has its libraries. */
    static List<Path> toolkit(Path home) {
        List<Path> folders = new ArrayList<>(List.of(home.resolve("lib64")));
        Folders.list(home.resolve("targets"), "*").forEach(target -> folders.add(target.resolve("lib")));
        folders.add(home.resolve("lib"));
        return folders;
    }

    private void add(String origin, Collection<Path> folders, boolean given) {
        List<Path> present = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder) && seen.add(Folders.real(folder))) {
                present.add(folder.toAbsolutePath());
            }
        }
        if (!present.isEmpty()) {
            families.add(new Family(origin, List.copyOf(present), given));
        }
    }
}
