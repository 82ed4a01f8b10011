package org.steadygrad.diagnose;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * The files that a cure leaves behind: {@code run.yaml}, the cured run file with all defaults; {@code cure.diff}, how it
 * differs from the original with all defaults; {@code cure.json}, the trials.
 */
public final class CureFiles {
    private static final ObjectWriter JSON =
            new ObjectMapper().registerModule(new Jdk8Module()).writerWithDefaultPrettyPrinter();
    private static final String RUN = "run.yaml";
    private static final String DIFF = "cure.diff";
    private static final String TRIALS = "cure.json";

    private CureFiles() {}

    /**
     * Checks, before any time is spent, that a folder can take the files.
     *
     * @throws InvalidInputException when it holds a run or an earlier cure, or can't be written to
     */
    public static void checkUnused(Path folder) {
        for (String name : List.of(RUN, DIFF, TRIALS, "model.zip", "checkpoints")) {
            if (Files.exists(folder.resolve(name))) {
                throw InvalidInputException.of(
                        "folder " + folder,
                        "a folder without a run",
                        "one with " + name,
                        "Choose another one with --out.");
            }
        }
        try {
            boolean there = Files.exists(folder);
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".writable", null));
            if (!there) {
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /**
     * Writes the files.
     *
     * @param cure with an outcome
     * @throws InvalidInputException when they can't be written
     */
    public static void write(Path folder, RunSpec original, Cure cure) {
        RunSpec cured = cure.outcome().orElseThrow().run();
        try {
            Files.createDirectories(folder);
            text(folder.resolve(RUN), RunFiles.write(cured));
            text(folder.resolve(DIFF), diff(original, cured));
            AtomicFile.write(folder.resolve(TRIALS), out -> out.write(JSON.writeValueAsBytes(cure)));
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    /** How the run files differ, all defaults filled in, as a unified diff. */
    public static String diff(RunSpec original, RunSpec cured) {
        return LineDiff.of("a/" + RUN, RunFiles.write(original), "b/" + RUN, RunFiles.write(cured));
    }

    private static void text(Path file, String text) throws IOException {
        AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static InvalidInputException unwritable(Path folder, IOException e) {
        return new InvalidInputException(
                "folder " + folder + ": expected a folder that can be written to, got: " + e.getMessage()
                        + ". Choose another one with --out.",
                e);
    }
}
