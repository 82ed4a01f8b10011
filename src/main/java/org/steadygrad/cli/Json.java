package org.steadygrad.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.UncheckedIOException;

/** JSON for other programs to read. */
final class Json {
    private static final ObjectWriter WRITER =
            new ObjectMapper().registerModule(new Jdk8Module()).writerWithDefaultPrettyPrinter();

    private Json() {}

    static String text(Object value) {
        try {
            return WRITER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
