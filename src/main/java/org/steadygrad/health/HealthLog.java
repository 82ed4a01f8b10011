package org.steadygrad.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.check.InvalidInputException;

/** Writes JSON lines. Numbers that aren't finite are written as strings. */
final class HealthLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final BufferedWriter writer;

    private HealthLog(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /** A log that writes nothing. */
    static HealthLog none() {
        return new HealthLog(null, null);
    }

    /**
     * Appends to a file, which is made if it doesn't exist.
     *
     * @throws InvalidInputException when it can't be written
     */
    static HealthLog appendingTo(Path file) {
        try {
            return new HealthLog(
                    file, Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "health log",
                    "a file that can be written",
                    file.toString(),
                    "Check the folder and its rights: " + e);
        }
    }

    void write(Object row) {
        if (writer == null) {
            return;
        }
        try {
            writer.write(JSON.writeValueAsString(row));
            writer.newLine();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a health row that can't be written as JSON", e);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException(new FileWriteException(file, e));
    }

    void flush() {
        if (writer != null) {
            try {
                writer.flush();
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    @Override
    public void close() {
        if (writer != null) {
            try {
                writer.close();
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }
}
