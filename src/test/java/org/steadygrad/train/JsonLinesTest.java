package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {

    @Test
    void rowsAfterTheCheckpointAndTornRowsGo(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (JsonLines lines = new JsonLines(file)) {
            for (int i = 1; i <= 4; i++) {
                lines.append(Map.of("iteration", i));
            }
        }
        Files.writeString(file, Files.readString(file) + "{\"iteration\":2,\"lo");
        JsonLines.truncateAfter(file, 3);
        assertEquals(List.of("{\"iteration\":1}", "{\"iteration\":2}", "{\"iteration\":3}"), Files.readAllLines(file));
        try (JsonLines lines = new JsonLines(file)) {
            lines.append(Map.of("iteration", 4));
        }
        assertEquals(4, Files.readAllLines(file).size());
    }

    @Test
    void missingFileIsLeftMissing(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("none.jsonl");
        JsonLines.truncateAfter(file, 3);
        assertEquals(false, Files.exists(file));
    }
}
