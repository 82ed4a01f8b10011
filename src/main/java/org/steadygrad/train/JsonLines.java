package org.steadygrad.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.model.AtomicFile;

/** Appends rows to a file of JSON lines; every row has a field {@code iteration}. */
public final class JsonLines implements AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();
    private static final String ITERATION = "iteration";

    private final Path file;
    private final Writer out;

    /** Opens a file for appending. */
    public JsonLines(Path file) throws IOException {
        this.file = file;
        out = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @param row numbers that JSON lacks (NaN, infinities) are written as strings */
    public void append(Map<String, Object> row) {
        try {
            out.write(JSON.writeValueAsString(row));
            out.write('\n');
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Hands all rows to the operating system. */
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException(new FileWriteException(file, e));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Removes the rows that a run wrote after its last checkpoint, and a last row that was cut short.
     *
     * @param last iteration of the checkpoint
     */
    public static void truncateAfter(Path file, int last) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        // not readAllLines: a crash may leave anything at the end, even what is no text
        List<String> kept = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> iteration(line) <= last)
                .toList();
        AtomicFile.write(file, stream -> {
            BufferedWriter writer = new BufferedWriter(new java.io.OutputStreamWriter(stream, StandardCharsets.UTF_8));
            for (String line : kept) {
                writer.write(line);
                writer.write('\n');
            }
            writer.flush();
        });
    }

    private static long iteration(String line) {
        try {
            JsonNode row = JSON.readTree(line);
            return row.path(ITERATION).asLong(Long.MAX_VALUE);
        } catch (JsonProcessingException e) {
            return Long.MAX_VALUE;
        }
    }
}
