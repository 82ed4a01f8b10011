package org.steadygrad.benchmarks;

/** Two sides of a comparison don't compute the same. */
final class DisagreementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DisagreementException(String message) {
        super(message);
    }
}
