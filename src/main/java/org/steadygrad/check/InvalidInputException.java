package org.steadygrad.check;

/**
 * Something the user gave can't be used. The message is one paragraph a person can act on: who complains, what was
 * expected, what was got, and what to do. Commands print it without a stack trace. What it quotes of files may be anything: characters
 * that aren't to be seen are escaped.
 */
public class InvalidInputException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param message the whole paragraph; {@link #of} words one */
    public InvalidInputException(String message) {
        super(Shown.message(message, Integer.MAX_VALUE));
    }

    /** @param message the whole paragraph, which says what the cause would */
    public InvalidInputException(String message, Throwable cause) {
        super(Shown.message(message, Integer.MAX_VALUE), cause);
    }

    /**
     * Words an error the one way all of the toolkit words them.
     *
     * @param who the part that complains, for example {@code "GRU layer 'encoder'"} or {@code "run.yaml, line 7, key model.layers"}
     * @param expected what would have been accepted, for example {@code "units to be a positive integer"}
     * @param got what was given; {@code null} is shown as "nothing"
     * @param remedy what to do, as a sentence; may be empty
     */
    public static InvalidInputException of(String who, String expected, Object got, String remedy) {
        String value = got == null
                ? "nothing"
                : got instanceof CharSequence text ? "\"" + Shown.value(text) + "\"" : Shown.value(got.toString());
        String tail = remedy.isEmpty() ? "" : " " + remedy;
        return new InvalidInputException(who + ": expected " + expected + ", got " + value + "." + tail);
    }
}
