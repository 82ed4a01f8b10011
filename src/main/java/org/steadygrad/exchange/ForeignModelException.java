package org.steadygrad.exchange;

import org.steadygrad.check.InvalidInputException;

/** A file of another library can't be read or written exactly; the message says where, what stands there, and what to do. */
public class ForeignModelException extends InvalidInputException {
    private static final long serialVersionUID = 1L;

    /** @param message the whole paragraph: file, layer, option, value, and what to do */
    public ForeignModelException(String message) {
        super(message);
    }

    /** @param message the whole paragraph: file, layer, option, value, and what to do */
    public ForeignModelException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * What a file says can't be had exactly.
     *
     * @param where layer and option, or place in the file: {@code model.keras, layer "gru", option unroll}
     * @param got the value
     * @param reason what is the matter with it, as part of a sentence: {@code this toolkit has no such layer}
     * @param remedy what to do, as a sentence
     */
    public static ForeignModelException refused(String where, Object got, String reason, String remedy) {
        return new ForeignModelException(where + " is " + got + ": " + reason + ". " + remedy);
    }
}
