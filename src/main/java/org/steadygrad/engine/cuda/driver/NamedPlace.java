package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.steadygrad.engine.cuda.driver.LibraryPlaces.Surroundings;

/**
 * A place of CUDA's libraries that the user names: a folder of libraries, a CUDA toolkit, a virtual environment, a Conda
 * environment or another prefix of a Python, its site-packages, or a Python's program.
 *
 * @param setting what names it
 * @param text as the user wrote it
 * @param what in words; why it is no place at all if there are no folders
 * @param folders in which libraries may lie, existing or not
 * @param holds what is there, in words
 */
record NamedPlace(String setting, String text, String what, List<Path> folders, String holds) {
    private static final int SHOWN = 6;
    private static final String A_FILE =
            "which is neither a folder nor a Python's program: name the folder that it lies in";

    static NamedPlace of(String setting, String text, Surroundings around) {
        try {
            Path path = text.startsWith("~/") ? around.home().resolve(text.substring(2)) : Path.of(text);
            if (Files.isDirectory(path)) {
                return new NamedPlace(setting, text, kind(path), inFolder(path), content(path));
            }
            if (!Files.exists(path)) {
                return none(setting, text, "which doesn't exist");
            }
            boolean program = Files.isExecutable(path) && !path.toString().matches(".*\\.so(\\.\\d+)*");
            return program ? python(setting, text, around.python().apply(path)) : none(setting, text, A_FILE);
        } catch (InvalidPathException e) {
            return none(setting, text, "which is no path (" + e.getReason() + ")");
        }
    }

    private static NamedPlace python(String setting, String text, PythonInterpreter.Answer answer) {
        return answer.problem().isEmpty()
                ? new NamedPlace(
                        setting,
                        text,
                        "a Python",
                        answer.folders(),
                        "its packages have no folder nvidia/*/lib and no torch/lib")
                : none(setting, text, "which " + answer.problem());
    }

    private static NamedPlace none(String setting, String text, String why) {
        return new NamedPlace(setting, text, why, List.of(), "");
    }

    /** Whatever it is, a folder's libraries lie in one of these. */
    private static List<Path> inFolder(Path folder) {
        List<Path> folders = new ArrayList<>(List.of(folder));
        folders.addAll(LibraryPlaces.toolkit(folder));
        folders.addAll(PythonFolders.libraries(folder));
        folders.addAll(PythonFolders.ofPrefix(folder));
        Path above = folder.toAbsolutePath().normalize().getParent();
        if (above != null && folder.endsWith("bin")) {
            folders.addAll(PythonFolders.ofPrefix(above));
        }
        if (folder.endsWith("nvidia")) {
            Folders.list(folder, "*").forEach(part -> folders.add(part.resolve("lib")));
        }
        return folders;
    }

    private static String kind(Path folder) {
        if (Files.exists(folder.resolve(PythonFolders.ENVIRONMENT))) {
            return "a virtual environment";
        }
        if (Files.isDirectory(folder.resolve("conda-meta"))) {
            return "a Conda environment";
        }
        boolean packages = folder.endsWith("site-packages") || folder.endsWith("dist-packages");
        return packages ? "a folder of Python's packages" : "a folder";
    }

    /** The first names of what a folder holds; of an environment, of its packages. */
    private static String content(Path folder) {
        List<Path> packages = PythonFolders.packages(folder);
        Path shown = packages.isEmpty() ? folder : packages.get(0);
        try (Stream<Path> all = Files.list(shown)) {
            List<String> names =
                    all.map(file -> file.getFileName().toString()).sorted().toList();
            String rest = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
            return names.isEmpty()
                    ? shown + " is empty"
                    : shown + " holds " + String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))) + rest;
        } catch (IOException e) {
            return shown + " can't be read";
        }
    }

    /** Whether it is a folder or a Python. */
    boolean exists() {
        return !folders.isEmpty() || !holds.isEmpty();
    }

    /** For example {@code STEADYGRAD_CUDA names "/opt/gpu", a virtual environment}. */
    String title() {
        return setting + " names \"" + text + "\", " + what;
    }
}
