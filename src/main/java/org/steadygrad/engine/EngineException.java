package org.steadygrad.engine;

/** An engine is missing, can't run a model, or failed. The message says which, why, and what to do. */
public class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message which engine, why, and what to do */
    public EngineException(String message) {
        super(message);
    }

    /** @param message which engine, why, and what to do */
    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
