package org.steadygrad.firstlight;

import java.util.function.Function;

/**
 * Something that the documents say, and how one sees whether it is so.
 *
 * @param text as a sentence
 * @param source the document that says it
 * @param judge from what the parts have found
 */
record Promise(String text, String source, Function<Part.Earlier, Verdict> judge) {

    enum State {
        SEEN("seen"),
        WRONG("wrong"),
        NOT_REACHED("not reached");

        private final String words;

        State(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** @param detail what was seen, or why nothing was */
    record Verdict(State state, String detail) {
        static Verdict seen(String detail) {
            return new Verdict(State.SEEN, detail);
        }

        static Verdict wrong(String detail) {
            return new Verdict(State.WRONG, detail);
        }

        static Verdict notReached(String detail) {
            return new Verdict(State.NOT_REACHED, detail);
        }
    }
}
