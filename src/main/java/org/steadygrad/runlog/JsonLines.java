package org.steadygrad.runlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.AtomicFile;

/**
 * A file of JSON objects, one a line, read so that its length doesn't matter. A last line without an end is still being written, or was
 * cut short when the run was killed; it counts if it is whole, and is passed over if it isn't.
 */
final class JsonLines {
    /** Longer than any row that a run writes, and short enough to be held in memory. */
    static final int MOST_BYTES = 1 << 24;

    /** In place of a row that is left out. */
    static final byte[] NONE = {};

    private static final int SHOWN = 60;

    private final Path file;
    private final String expected;

    /** Takes a row. */
    @FunctionalInterface
    interface Row {
        /** @throws BadRowException or {@link JsonProcessingException} when the row isn't what it should be */
        void take(JsonNode row, int line) throws JsonProcessingException;
    }

    /** @param expected what errors call a row */
    JsonLines(Path file, String expected) {
        this.file = file;
        this.expected = expected;
    }

    /** @throws InvalidInputException naming file and line, when one is damaged */
    void read(Row row) {
        try {
            lines((line, length, number, ended) -> {
                if (length > MOST_BYTES) {
                    refuse(ended, number, "a line of " + length + " bytes", null);
                } else if (!isBlank(line)) {
                    take(line, number, ended, row);
                }
            });
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a file that can be read, got: " + e.getMessage() + ".", e);
        }
    }

    @FunctionalInterface
    private interface Line {
        /**
         * @param line its first bytes, where there are more than {@link #MOST_BYTES}
         * @param length number of its bytes
         * @param ended whether it has an end
         */
        void take(byte[] line, long length, int number, boolean ended) throws IOException;
    }

    private void lines(Line to) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long length = 0;
            int number = 1;
            byte[] buffer = new byte[1 << 16];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                int start = 0;
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == '\n') {
                        length += add(buffer, start, i, line);
                        to.take(line.toByteArray(), length, number++, true);
                        line.reset();
                        length = 0;
                        start = i + 1;
                    }
                }
                length += add(buffer, start, read, line);
            }
            to.take(line.toByteArray(), length, number, false);
        }
    }

    /** Adds bytes to a line as long as there is room. @return their number */
    private static int add(byte[] from, int start, int end, ByteArrayOutputStream line) {
        line.write(from, start, Math.min(end - start, MOST_BYTES - line.size()));
        return end - start;
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private void take(byte[] line, int number, boolean ended, Row row) {
        try {
            row.take(object(line), number);
        } catch (BadRowException e) {
            refuse(ended, number, e.getMessage(), e);
        } catch (JsonProcessingException | CharacterCodingException e) {
            refuse(ended, number, "\"" + shown(line) + "\"", e);
        }
    }

    private void refuse(boolean ended, int number, String got, Exception cause) {
        if (ended) {
            throw new InvalidInputException(
                    file + ", line " + number + ": expected " + expected + ", got " + got
                            + ". The file is damaged; remove the line to see the rest.",
                    cause);
        }
    }

    static JsonNode object(byte[] line) throws JsonProcessingException, CharacterCodingException {
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(line))
                .toString();
        JsonNode node = RunJson.READING.readTree(text);
        if (!node.isObject()) {
            throw new BadRowException("\"" + shown(line) + "\"");
        }
        return node;
    }

    private static String shown(byte[] line) {
        String text = new String(line, 0, Math.min(line.length, 4 * SHOWN), StandardCharsets.UTF_8);
        return line.length <= SHOWN ? text : text.substring(0, Math.min(SHOWN, text.length())) + "...";
    }

    /**
     * Removes the rows that a run wrote after its last checkpoint, and what isn't a row, such as a last one that was cut short.
     *
     * @param last iteration of the checkpoint
     */
    void truncateAfter(int last) throws IOException {
        if (Files.exists(file)) {
            rewrite((line, number) -> iteration(line) <= last ? ended(line) : NONE);
        }
    }

    static byte[] ended(byte[] line) {
        byte[] ended = Arrays.copyOf(line, line.length + 1);
        ended[line.length] = '\n';
        return ended;
    }

    /** Puts another row in a row's place, or none. */
    @FunctionalInterface
    interface Change {
        /**
         * @param line a row as it stands in the file, without its end
         * @return what is to stand in its place, lines with their ends
         */
        byte[] of(byte[] line, int number) throws IOException;
    }

    /** Writes the file anew, without what is too long for a row; at any moment it is the old one or the new one. */
    void rewrite(Change change) throws IOException {
        AtomicFile.write(file, stream -> {
            BufferedOutputStream out = new BufferedOutputStream(stream, 1 << 16);
            lines((line, length, number, ended) -> {
                if (length > 0 && length <= MOST_BYTES) {
                    out.write(change.of(line, number));
                }
            });
            out.flush();
        });
    }

    private static long iteration(byte[] line) {
        try {
            return object(line).path("iteration").asLong(Long.MAX_VALUE);
        } catch (JsonProcessingException | CharacterCodingException | BadRowException e) {
            return Long.MAX_VALUE;
        }
    }
}
