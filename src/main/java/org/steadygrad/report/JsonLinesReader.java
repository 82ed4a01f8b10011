package org.steadygrad.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.steadygrad.check.InvalidInputException;

/** Reads a file of JSON objects line by line, so that its length doesn't matter. */
final class JsonLinesReader {

    /** Takes a row. */
    @FunctionalInterface
    interface Row {
        /** @throws RuntimeException or {@link JsonProcessingException} when the row isn't what it should be */
        void take(JsonNode row) throws JsonProcessingException;
    }

    private final ObjectMapper json;
    private final Path file;
    private int number;

    JsonLinesReader(ObjectMapper json, Path file) {
        this.json = json;
        this.file = file;
    }

    /**
     * A last line without an end is still being written, or was cut short when the run was killed, and is left out if it isn't whole.
     *
     * @throws InvalidInputException naming file and line, when one is damaged
     */
    void read(Row row) {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            StringBuilder line = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (c == '\n') {
                    take(line.toString(), true, row);
                    line.setLength(0);
                } else {
                    line.append((char) c);
                }
            }
            take(line.toString(), false, row);
        } catch (MalformedInputException e) {
            throw damaged("bytes that aren't text", e);
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a file that can be read, got: " + e.getMessage() + ".", e);
        }
    }

    private void take(String line, boolean ended, Row row) {
        number++;
        if (line.isBlank()) {
            return;
        }
        try {
            JsonNode node = json.readTree(line);
            if (!node.isObject()) {
                throw damaged("\"" + shortened(line) + "\"", null);
            }
            row.take(node);
        } catch (JsonProcessingException | NullPointerException | ClassCastException e) {
            if (ended) {
                throw damaged("\"" + shortened(line) + "\"", e);
            }
        }
    }

    private InvalidInputException damaged(String got, Exception cause) {
        return new InvalidInputException(
                file + ", line " + Math.max(1, number) + ": expected a row of a run's records, got " + got
                        + ". The file is damaged; remove the line to see the rest.",
                cause);
    }

    private static String shortened(String line) {
        return line.length() <= 60 ? line : line.substring(0, 60) + "...";
    }
}
