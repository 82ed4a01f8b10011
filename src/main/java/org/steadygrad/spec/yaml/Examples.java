package org.steadygrad.spec.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;

/** The built-in run files. */
public final class Examples {
    private static final String FOLDER = "/org/steadygrad/examples/";
    private static final List<String> NAMES = List.of(
            "deep-sigmoid",
            "adding-gru",
            "copy-lstm",
            "temporal-order-rnn",
            "char-gru",
            "digits-gru",
            "chorales-gru",
            "forecast-csv",
            "forecast-series");

    private Examples() {}

    /** Returns the names, easiest first. */
    public static List<String> names() {
        return NAMES;
    }

    /** Returns one line on what the example does and what data it wants: the first comment of its text. */
    public static String description(String name) {
        return text(name).lines().findFirst().orElseThrow().substring(1).strip();
    }

    /**
     * Returns the run file.
     *
     * @throws InvalidInputException if there is no such example
     */
    public static String text(String name) {
        if (!NAMES.contains(name)) {
            String remedy =
                    Nearest.to(name, NAMES).map(n -> "Did you mean " + n + "?").orElse("");
            throw InvalidInputException.of("example " + name, "one of " + String.join(", ", NAMES), name, remedy);
        }
        try (InputStream in = Examples.class.getResourceAsStream(FOLDER + name + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
