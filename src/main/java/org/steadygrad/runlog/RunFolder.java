package org.steadygrad.runlog;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.AtomicFile;

/** The files of a run. */
public final class RunFolder {
    private final Path root;

    private RunFolder(Path root) {
        this.root = root;
    }

    /** The files of a folder, which may not be there. */
    public static RunFolder of(Path root) {
        return new RunFolder(root);
    }

    /**
     * Opens a folder for a run, making it when it isn't there.
     *
     * @throws InvalidInputException when it can't be written to
     */
    public static RunFolder open(Path root) {
        RunFolder folder = new RunFolder(root);
        try {
            Files.createDirectories(folder.checkpoints());
            Files.delete(Files.createTempFile(root, ".writable", null));
            AtomicFile.removeLeftovers(root);
            AtomicFile.removeLeftovers(folder.checkpoints());
            if (Files.isDirectory(folder.replay())) {
                AtomicFile.removeLeftovers(folder.replay());
            }
        } catch (IOException e) {
            String got = Files.exists(root) && !Files.isDirectory(root) ? "a file" : "one that can't be: " + reason(e);
            throw new InvalidInputException(
                    "run folder " + root.toAbsolutePath() + ": expected a folder that can be written to, got " + got
                            + ". Choose another one with --out, or mend its permissions.",
                    e);
        }
        return folder;
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException inFiles && inFiles.getReason() != null
                ? inFiles.getReason()
                : e.getMessage();
    }

    public Path root() {
        return root;
    }

    public Path runYaml() {
        return root.resolve("run.yaml");
    }

    public Path runJson() {
        return root.resolve("run.json");
    }

    public Path metrics() {
        return root.resolve("metrics.jsonl");
    }

    public Path health() {
        return root.resolve("health.jsonl");
    }

    public Path report() {
        return root.resolve("report.html");
    }

    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    /** Bundles of steps that weren't applied. */
    public Path replay() {
        return root.resolve("replay");
    }

    public Path model() {
        return root.resolve("model.zip");
    }
}
