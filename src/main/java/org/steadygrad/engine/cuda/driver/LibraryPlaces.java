package org.steadygrad.engine.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Folders of a Linux machine in which CUDA's libraries may lie. Looks at names of files only, and runs nothing. */
final class LibraryPlaces {
    /** Folders to look in before all others: of libraries, a CUDA toolkit, or a Python site-packages. */
    static final String PATH = "steadygrad.cuda.path";

    /** With the value {@value #PATH_ONLY}, only {@link #PATH} is looked at. */
    static final String SEARCH = "steadygrad.cuda.search";

    static final String PATH_ONLY = "path-only";

    private final Surroundings around;
    private final List<Family> families = new ArrayList<>();
    private final Set<Path> seen = new LinkedHashSet<>();

    private LibraryPlaces(Surroundings around) {
        this.around = around;
    }

    /**
     * Where and in whose name one looks.
     *
     * @param root "/" but in tests
     * @param properties the system's, of which those above count
     */
    record Surroundings(Path root, Path home, Map<String, String> environment, Map<String, String> properties) {
        static Surroundings real() {
            return new Surroundings(
                    Path.of("/"),
                    Path.of(System.getProperty("user.home", "/")),
                    System.getenv(),
                    Map.of(PATH, System.getProperty(PATH, ""), SEARCH, System.getProperty(SEARCH, "")));
        }

        String variable(String name) {
            return environment.getOrDefault(name, "");
        }
    }

    /**
     * Folders that one installation filled.
     *
     * @param given whether the user named them
     */
    record Family(String origin, List<Path> folders, boolean given) {}

    /** The families, in the order of preference; only folders that exist, each once. */
    static List<Family> of(Surroundings around) {
        LibraryPlaces places = new LibraryPlaces(around);
        places.given();
        if (!PATH_ONLY.equals(around.properties().get(SEARCH))) {
            places.active();
            places.toolkits();
            places.system();
            places.python();
        }
        return List.copyOf(places.families);
    }

    private void given() {
        List<Path> folders = new ArrayList<>();
        for (Path folder : split(around.properties().getOrDefault(PATH, ""))) {
            folders.add(folder);
            folders.addAll(toolkit(folder));
            folders.addAll(wheels(folder));
        }
        add(PATH, folders, true);
        if (!PATH_ONLY.equals(around.properties().get(SEARCH))) {
            add("LD_LIBRARY_PATH", split(around.variable("LD_LIBRARY_PATH")), true);
        }
    }

    private void active() {
        split(around.variable("VIRTUAL_ENV")).forEach(prefix -> add("VIRTUAL_ENV", sitePackages(prefix), false));
        for (Path prefix : split(around.variable("CONDA_PREFIX"))) {
            List<Path> folders = new ArrayList<>(sitePackages(prefix));
            folders.add(prefix.resolve("lib"));
            add("CONDA_PREFIX", folders, false);
        }
    }

    private void toolkits() {
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            split(around.variable(variable)).forEach(home -> add(variable, toolkit(home), false));
        }
        Path local = around.root().resolve("usr/local");
        add(local.resolve("cuda").toString(), toolkit(local.resolve("cuda")), false);
        for (Path home : list(local, "cuda-*")) {
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

    private void python() {
        for (Path folder : split(around.variable("PATH"))) {
            Path python = folder.resolve("python3");
            if (folder.getParent() != null && Files.isExecutable(python)) {
                add("python3 in " + folder, sitePackages(folder.getParent()), false);
                Path real = real(python).getParent();
                if (real != null && real.getParent() != null) {
                    add("python3 in " + real, sitePackages(real.getParent()), false);
                }
            }
        }
        Path pyenv = around.variable("PYENV_ROOT").isEmpty()
                ? around.home().resolve(".pyenv")
                : Path.of(around.variable("PYENV_ROOT"));
        list(pyenv.resolve("versions"), "*").forEach(version -> add("pyenv", sitePackages(version), false));
        add("Python, for one user", sitePackages(around.home().resolve(".local")), false);
        add("Python", sitePackages(around.root().resolve("usr/local")), false);
        add("Python", sitePackages(around.root().resolve("usr")), false);
    }

    /** The loader's own folders, as its configuration names them. */
    private List<Path> loaderFolders() {
        List<Path> folders = new ArrayList<>();
        Path etc = around.root().resolve("etc");
        List<Path> files = new ArrayList<>(List.of(etc.resolve("ld.so.conf")));
        files.addAll(list(etc.resolve("ld.so.conf.d"), "*.conf"));
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

    private static List<Path> toolkit(Path home) {
        List<Path> folders = new ArrayList<>(List.of(home.resolve("lib64")));
        list(home.resolve("targets"), "*").forEach(target -> folders.add(target.resolve("lib")));
        folders.add(home.resolve("lib"));
        return folders;
    }

    private static List<Path> sitePackages(Path prefix) {
        List<Path> folders = new ArrayList<>();
        for (String lib : List.of("lib", "lib64")) {
            for (Path python : list(prefix.resolve(lib), "python3*")) {
                folders.addAll(wheels(python.resolve("site-packages")));
                folders.addAll(wheels(python.resolve("dist-packages")));
            }
        }
        return folders;
    }

    /** NVIDIA's packages for Python, and what PyTorch brings along itself. */
    private static List<Path> wheels(Path packages) {
        List<Path> folders = new ArrayList<>();
        list(packages.resolve("nvidia"), "*").forEach(part -> folders.add(part.resolve("lib")));
        folders.add(packages.resolve("torch/lib"));
        return folders;
    }

    private void add(String origin, Collection<Path> folders, boolean given) {
        List<Path> present = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder) && seen.add(real(folder))) {
                present.add(folder.toAbsolutePath());
            }
        }
        if (!present.isEmpty()) {
            families.add(new Family(origin, List.copyOf(present), given));
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }

    private static List<Path> split(String text) {
        List<Path> paths = new ArrayList<>();
        for (String part : text.split(File.pathSeparator, -1)) {
            try {
                if (!part.isBlank()) {
                    paths.add(Path.of(part));
                }
            } catch (InvalidPathException e) {
                // as good as absent
            }
        }
        return paths;
    }

    /** Newest version first, as far as names tell. */
    private static List<Path> list(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, pattern)) {
            all.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(LibraryPlaces::versionKey).reversed());
        return found;
    }

    /** Numbers are padded, so that 13.10 comes after 13.9. */
    private static String versionKey(Path path) {
        StringBuilder key = new StringBuilder();
        for (String part : path.getFileName().toString().split("(?<=\\D)(?=\\d)|(?<=\\d)(?=\\D)", -1)) {
            key.append(part.matches("\\d+") ? "0".repeat(Math.max(0, 6 - part.length())) + part : part);
        }
        return key.toString();
    }
}
