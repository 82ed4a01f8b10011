package org.steadygrad.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Which folder a run is filed in when none was given, and how one is made free. */
final class NewFolder {
    /** What a run leaves in its folder. */
    private static final List<String> LEFT = List.of(
            "run.yaml",
            "run.json",
            "metrics.jsonl",
            "health.jsonl",
            "report.html",
            "model.zip",
            "checkpoints",
            "replay");

    private NewFolder() {}

    /** The folder itself, or if a run is in it, the first of {@code FOLDER-2}, {@code FOLDER-3}, ... that is free. */
    static Path free(Path folder) {
        Path free = folder;
        for (int number = 2; used(free); number++) {
            free = numbered(folder, number);
        }
        return free;
    }

    /** The last of those that {@link #free} gave. */
    static Path last(Path folder) {
        Path last = folder;
        for (int number = 2; used(numbered(folder, number)); number++) {
            last = numbered(folder, number);
        }
        return last;
    }

    private static Path numbered(Path folder, int number) {
        return folder.resolveSibling(folder.getFileName() + "-" + number);
    }

    private static boolean used(Path folder) {
        return Files.exists(folder.resolve("model.zip")) || holdsCheckpoints(folder.resolve("checkpoints"));
    }

    private static boolean holdsCheckpoints(Path folder) {
        String[] names = folder.toFile().list((directory, name) -> name.endsWith(".zip"));
        return names != null && names.length > 0;
    }

    /** Removes what an earlier run left in a folder, and nothing else. */
    static void clear(Path folder) {
        for (String name : LEFT) {
            Path left = folder.resolve(name);
            if (!Files.exists(left)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(left)) {
                for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
