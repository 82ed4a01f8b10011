package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.FileWriteException;

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

    /** A crash of the machine may leave bytes that are no text. */
    @Test
    void rowsThatAreNoTextGo(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        Files.write(file, "{\"iteration\":1}\n{\"iteration\":2,\"name\":\"\u00e4".getBytes(StandardCharsets.UTF_8));
        Files.write(file, new byte[] {(byte) 0xC3, 0, 0, 0, (byte) 0xFF}, StandardOpenOption.APPEND);
        JsonLines.truncateAfter(file, 3);
        assertEquals(List.of("{\"iteration\":1}"), Files.readAllLines(file));
    }

    @Test
    void fullDiskIsToldWithTheFilesName() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "needs a device that is always full");
        JsonLines lines = new JsonLines(full);
        lines.append(Map.of("iteration", 1));
        UncheckedIOException failure = assertThrows(UncheckedIOException.class, lines::flush);
        assertInstanceOf(FileWriteException.class, failure.getCause());
        assertTrue(failure.getMessage().contains("/dev/full"), failure.getMessage());
    }

    @Test
    void missingFileIsLeftMissing(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("none.jsonl");
        JsonLines.truncateAfter(file, 3);
        assertEquals(false, Files.exists(file));
    }
}
