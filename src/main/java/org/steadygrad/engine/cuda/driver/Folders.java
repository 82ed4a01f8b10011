package org.steadygrad.engine.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Names of files and folders; what can't be read is as good as absent. */
final class Folders {
    private Folders() {}

    /** What a folder holds with names of a pattern, newest version first, as far as names tell. */
    static List<Path> list(Path folder, String pattern) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, pattern)) {
            all.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(Folders::versionKey).reversed());
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

    /** Without links. */
    static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }

    /** The parts of a list as in PATH, without blank ones. */
    static List<String> parts(String list) {
        return List.of(list.split(File.pathSeparator, -1)).stream()
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    /** The folders of a list as in PATH. */
    static List<Path> split(String list) {
        List<Path> paths = new ArrayList<>();
        for (String part : parts(list)) {
            try {
                paths.add(Path.of(part));
            } catch (InvalidPathException e) {
                // as good as absent
            }
        }
        return paths;
    }
}
