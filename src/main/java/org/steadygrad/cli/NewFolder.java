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

    /** Where these are put. */
    private static final String ASIDE = ".replaced";

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

    /**
     * Puts what an earlier run left in a folder aside, and nothing else, so that it isn't lost if the new run can't begin.
     *
     * @return to be closed when the new run is over
     */
    static Former setAside(Path folder) {
        Path aside = folder.resolve(ASIDE);
        if (Files.exists(aside) && !used(folder)) {
            // a run was killed before it began, and what it was to replace is still there
            LEFT.forEach(name -> remove(folder.resolve(name)));
        } else {
            remove(aside);
            move(folder, aside);
        }
        return new Former(folder, aside);
    }

    /** An earlier run, which is removed once a new one has made a step, and otherwise is back where it was. */
    record Former(Path folder, Path aside) implements AutoCloseable {
        @Override
        public void close() {
            if (Files.exists(aside) && !Files.exists(folder.resolve("metrics.jsonl"))) {
                LEFT.forEach(name -> remove(folder.resolve(name)));
                move(aside, folder);
            }
            remove(aside);
        }
    }

    private static void move(Path from, Path to) {
        try {
            for (String name : LEFT) {
                if (Files.exists(from.resolve(name))) {
                    Files.createDirectories(to);
                    Files.move(from.resolve(name), to.resolve(name));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path left) {
        if (!Files.exists(left)) {
            return;
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
