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
    private final boolean finished;
    private int number;

    /** @param finished whether nothing is written any more; else a last line may be cut short and is left out */
    JsonLinesReader(ObjectMapper json, Path file, boolean finished) {
        this.json = json;
        this.file = file;
        this.finished = finished;
    }

    /** @throws InvalidInputException naming file and line, when one is damaged */
    void read(Row row) {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String line = reader.readLine();
            while (line != null) {
                number++;
                String next = reader.readLine();
                take(line, next == null, row);
                line = next;
            }
        } catch (MalformedInputException e) {
            throw damaged("bytes that aren't text", e);
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a file that can be read, got: " + e.getMessage() + ".", e);
        }
    }

    private void take(String line, boolean last, Row row) {
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
            if (!last || finished) {
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
