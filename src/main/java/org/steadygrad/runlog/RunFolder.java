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
            throw unusable(root, e);
        }
        return folder;
    }

    static InvalidInputException unusable(Path root, IOException e) {
        String got = Files.exists(root) && !Files.isDirectory(root) ? "a file" : "one that can't be: " + reason(e);
        return new InvalidInputException(
                "run folder " + root.toAbsolutePath() + ": expected a folder that can be written to, got " + got
                        + ". Choose another one with --out, or mend its permissions.",
                e);
    }

    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException inFiles && inFiles.getReason() != null
                ? inFiles.getReason()
                : e.getMessage();
    }

    /** The folder itself. */
    public Path root() {
        return root;
    }

    /** The run file, complete, as it was run. */
    public Path runYaml() {
        return root.resolve("run.yaml");
    }

    /** The result. */
    public Path runJson() {
        return root.resolve("run.json");
    }

    /** Steps, validations and what else happened, an object for each line. */
    public Path metrics() {
        return root.resolve("metrics.jsonl");
    }

    /** Looks and findings, an object for each line. */
    public Path health() {
        return root.resolve("health.jsonl");
    }

    /** The page. */
    public Path report() {
        return root.resolve("report.html");
    }

    /** What the run can go on from. */
    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    /** Bundles of steps that weren't applied. */
    public Path replay() {
        return root.resolve("replay");
    }

    /** The model that was kept, with what its data need. */
    public Path model() {
        return root.resolve("model.zip");
    }
}
