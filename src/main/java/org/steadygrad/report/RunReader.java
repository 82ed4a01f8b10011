package org.steadygrad.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.runlog.RunFolder;
import org.steadygrad.runlog.RunLogReader;

/** Reads a run's folder as a view: what {@link RunLogReader} tells of it, and the run file. */
public final class RunReader {
    private RunReader() {}

    /**
     * @param folder of a run that has ended, was killed, or goes on
     * @throws InvalidInputException naming file and line, when something is missing or damaged
     */
    public static RunView read(Path folder) {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        RunView view = new RunView(name == null ? folder.toString() : name.toString());
        Path runFile = RunFolder.of(folder).runYaml();
        if (Files.exists(runFile)) {
            view.configured(text(runFile), runFile.toString());
        }
        if (!RunLogReader.read(folder, view)) {
            view.unfinished();
        }
        return view;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a text file in UTF-8 that can be read, got: " + e.getMessage() + ".", e);
        }
    }
}
