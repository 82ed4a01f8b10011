package org.steadygrad.serve;

/** A request that isn't answered as it was meant, with the status of HTTP that says so. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** @param reason in words, for whoever sent the request */
    Refusal(int status, String reason) {
        super(reason);
        this.status = status;
    }

    int status() {
        return status;
    }
}
