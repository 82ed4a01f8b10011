package org.steadygrad.runlog;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.FileWriteException;

class JsonLinesTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("metrics.jsonl");
    }

    private void truncateAfter(int last) throws IOException {
        new JsonLines(file(), "a row").truncateAfter(last);
    }

    @Test
    void rowsAfterTheCheckpointAndTornRowsGo() throws IOException {
        try (JsonLinesWriter lines = new JsonLinesWriter(file(), 0)) {
            for (int i = 1; i <= 4; i++) {
                lines.append("{\"iteration\":" + i + "}");
            }
        }
        Files.writeString(file(), Files.readString(file()) + "{\"iteration\":2,\"lo");
        truncateAfter(3);
        assertEquals(
                List.of("{\"iteration\":1}", "{\"iteration\":2}", "{\"iteration\":3}"), Files.readAllLines(file()));
        try (JsonLinesWriter lines = new JsonLinesWriter(file(), 0)) {
            lines.append("{\"iteration\":4}");
        }
        assertEquals(4, Files.readAllLines(file()).size());
    }

    /** A crash of the machine may leave bytes that are no text. */
    @Test
    void rowsThatAreNoTextGo() throws IOException {
        Files.write(file(), "{\"iteration\":1}\n{\"iteration\":2,\"name\":\"\u00e4".getBytes(StandardCharsets.UTF_8));
        Files.write(file(), new byte[] {(byte) 0xC3, 0, 0, 0, (byte) 0xFF}, StandardOpenOption.APPEND);
        truncateAfter(3);
        assertEquals(List.of("{\"iteration\":1}"), Files.readAllLines(file()));
    }

    @Test
    void rowsAreReadAcrossTheBordersOfBlocks() throws IOException {
        int rows = 30_000;
        try (JsonLinesWriter lines = new JsonLinesWriter(file(), 0)) {
            for (int i = 1; i <= rows; i++) {
                lines.append("{\"iteration\":" + i + ",\"text\":\"" + "ä".repeat(i % 17) + "\"}");
            }
        }
        int[] seen = new int[1];
        new JsonLines(file(), "a row").read((row, line) -> {
            assertEquals(++seen[0], row.path("iteration").asInt());
            assertEquals(seen[0], line);
            assertEquals("ä".repeat(line % 17), row.path("text").asText());
        });
        assertEquals(rows, seen[0]);
    }

    @Test
    void fullDiskIsToldWithTheFilesName() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "needs a device that is always full");
        JsonLinesWriter lines = new JsonLinesWriter(full, 0);
        lines.append("{\"iteration\":1}");
        UncheckedIOException failure = assertThrows(UncheckedIOException.class, lines::flush);
        assertInstanceOf(FileWriteException.class, failure.getCause());
        assertTrue(failure.getMessage().contains("/dev/full"), failure.getMessage());
    }

    @Test
    void missingFileIsLeftMissing() throws IOException {
        truncateAfter(3);
        assertEquals(false, Files.exists(file()));
    }
}
