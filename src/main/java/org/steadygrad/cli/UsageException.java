package org.steadygrad.cli;

import org.steadygrad.check.InvalidInputException;

/** Something on the command line means nothing here: a name that nobody knows, a folder that isn't there. */
final class UsageException extends InvalidInputException {
    private static final long serialVersionUID = 1L;

    private UsageException(String message) {
        super(message);
    }

    /** Words an error as {@link InvalidInputException#of} does. */
    static UsageException because(String who, String expected, Object got, String remedy) {
        return new UsageException(
                InvalidInputException.of(who, expected, got, remedy).getMessage());
    }
}
