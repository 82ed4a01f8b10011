package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.RunSpec;

class ExamplesTest {
    private static final Map<String, List<String>> NEEDED = Map.of(
            "char-gru", List.of("data.path=FILE"),
            "chorales-gru", List.of("data.path=FILE"),
            "digits-gru", List.of("data.images=FILE", "data.labels=FILE"));

    static List<String> names() {
        return Examples.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachIsARunFileOnceItsDataIsGiven(String name) {
        List<String> needed = NEEDED.getOrDefault(name, List.of());
        String text = Examples.text(name);
        if (!needed.isEmpty()) {
            String message = assertThrows(InvalidInputException.class, () -> RunFiles.parse(text, name))
                    .getMessage();
            needed.forEach(override -> assertTrue(message.contains("--set " + override), message));
        }
        RunSpec spec = RunFiles.parse(text, name, needed);
        assertEquals(name, spec.name());
    }

    @ParameterizedTest
    @MethodSource("names")
    void eachIsDescribedInALine(String name) {
        assertTrue(Examples.text(name).startsWith("# "));
        String description = Examples.description(name);
        assertTrue(description.endsWith(".") || description.endsWith("?"), description);
        assertTrue(description.length() > 30, description);
    }

    @Test
    void builtInDataIsThere() {
        DataSpec.Csv csv = (DataSpec.Csv)
                RunFiles.parse(Examples.text("forecast-csv"), "forecast-csv").data();
        assertEquals("builtin:mackey-glass.csv", csv.path());
        assertNotNull(Examples.class.getResource("/org/steadygrad/data/mackey-glass.csv"));
    }

    @Test
    void anUnknownNameGetsTheNearest() {
        String message = assertThrows(InvalidInputException.class, () -> Examples.text("chargru"))
                .getMessage();
        assertTrue(message.contains("Did you mean char-gru?"), message);
    }
}
