package org.steadygrad.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.steadygrad.check.InvalidInputException;

/** The files of a run. */
public final class RunFolder {
    private final Path root;

    private RunFolder(Path root) {
        this.root = root;
    }

    /**
     * Opens a folder for a run, making it when it isn't there.
     *
     * @throws InvalidInputException when it can't be written to
     */
    public static RunFolder open(Path root) {
        try {
            Files.createDirectories(root.resolve("checkpoints"));
            Files.delete(Files.createTempFile(root, ".writable", null));
        } catch (IOException e) {
            throw new InvalidInputException(
                    "run folder " + root.toAbsolutePath() + ": expected a folder that can be written to, but: " + e
                            + ". Choose another one with --out, or mend its permissions.",
                    e);
        }
        return new RunFolder(root);
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

    public Path checkpoints() {
        return root.resolve("checkpoints");
    }

    public Path model() {
        return root.resolve("model.zip");
    }

    /** Whether a run has been here before. */
    public boolean used() {
        return Files.exists(runYaml()) || Files.exists(metrics()) || Files.exists(model());
    }
}
