package org.steadygrad.runlog;

/** A row of a run's files isn't what it should be; the message says what it is instead, to follow on "got". */
final class BadRowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRowException(String got) {
        super(got);
    }

    BadRowException(String got, Exception cause) {
        super(got, cause);
    }
}
