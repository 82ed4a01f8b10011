package org.steadygrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReasonTest {
    private static void says(String words, String message) {
        assertEquals(words, Reason.of(new IllegalStateException(message)));
    }

    /** As Jackson, DL4J and the JDK word them. */
    @Test
    void namesOfClassesAreWordsForTypes() {
        says(
                "Cannot coerce Floating-point value (0.5) to whole number value",
                "Cannot coerce Floating-point value (0.5) to `java.lang.Long` value (but could if coercion was enabled using `CoercionConfig`)");
        says(
                "No content to map due to end-of-input",
                "org.nd4j.shade.jackson.databind.exc.MismatchedInputException: No content to map due to end-of-input\n at [Source: (String)\"\"; line: 1, column: 0]");
        says(
                "Cannot deserialize value of type list from Object value (token JsonToken.START_OBJECT)",
                "Cannot deserialize value of type `java.util.ArrayList<java.lang.Integer>` from Object value (token `com.fasterxml.jackson.core.JsonToken.START_OBJECT`)");
        says("a plain sentence, e.g. this one", "a plain sentence, e.g. this one");
    }

    @Test
    void whatIsMissingIsSaid() {
        String missing = "something that has to be there is missing";
        assertEquals(missing, Reason.of(new NullPointerException("Cannot invoke \"java.util.List.size()\"")));
        assertEquals(missing, Reason.of(new IOException()));
        assertEquals("it ends too early", Reason.of(new IOException(new EOFException())));
        says(missing, "java.util.NoSuchElementException");
        assertEquals("the disk", Reason.of(new IOException(null, new IOException("the disk"))));
        assertEquals("a\\u0000b", Reason.of(new IOException("a\0b")));
        assertEquals(List.of("a"), List.of(Reason.of(new IOException("a \n b"))));
    }
}
