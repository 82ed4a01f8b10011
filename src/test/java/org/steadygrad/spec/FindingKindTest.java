package org.steadygrad.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.yaml.RunFiles;

class FindingKindTest {
    @Test
    void everyKindHasANameAMeaningAndAPlaceInTheDocs() throws IOException {
        String docs = Files.readString(Path.of("src/docs/health.md"));
        for (FindingKind kind : FindingKind.values()) {
            assertEquals(kind, FindingKind.of(kind.id(), "test"));
            assertTrue(kind.meaning().endsWith("."), kind.id());
            assertTrue(docs.contains("`" + kind.id() + "`"), kind.id() + " in src/docs/health.md");
        }
    }

    @Test
    void aNameThatIsNotKnownIsRefusedWithTheNearest() {
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> RunFiles.defaults(HealthSpec.class, "ignore=[vanishing-gradients]"));
        assertTrue(e.getMessage().contains("Did you mean vanishing-gradient?"), e.getMessage());
        assertTrue(e.getMessage().contains("ignore"), e.getMessage());
    }
}
