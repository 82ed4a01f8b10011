package org.steadygrad.model;

import java.nio.file.Path;
import org.steadygrad.check.InvalidInputException;

/** A model file or checkpoint can't be used: it is damaged, holds something that isn't allowed, or doesn't fit. */
public class ModelFileException extends InvalidInputException {
    private static final long serialVersionUID = 1L;

    /** @param problem as it goes on after the file's name */
    public ModelFileException(Path file, String problem, Throwable cause) {
        super("model file " + file + ": " + problem, cause);
    }

    /** @param problem as it goes on after the file's name */
    public ModelFileException(Path file, String problem) {
        this(file, problem, null);
    }
}
