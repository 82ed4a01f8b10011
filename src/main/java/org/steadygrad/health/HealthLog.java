package org.steadygrad.health;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.Histogram;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;

/**
 * Writes what health sees as JSON lines, told apart by their field {@code kind}: {@code look} with the fields of {@link Look},
 * {@code skipped} with those of {@link HealthObserver.Skipped}, {@code distributions} with those of {@link Distributions}, and
 * {@code finding} with {@code iteration} and {@code finding}. Numbers that aren't finite are written as strings.
 */
public final class HealthLog implements HealthObserver, AutoCloseable {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .addModule(new Jdk8Module())
            .addModule(new SimpleModule().addSerializer(Histogram.class, new Histograms()))
            .addMixIn(Look.class, Line.class)
            .addMixIn(Skipped.class, Line.class)
            .addMixIn(Distributions.class, Line.class)
            .registerSubtypes(
                    new NamedType(Look.class, "look"),
                    new NamedType(Skipped.class, "skipped"),
                    new NamedType(Distributions.class, "distributions"),
                    new NamedType(FindingLine.class, "finding"))
            .build();

    /** What all lines have. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    private interface Line {}

    /** Writes a histogram as its fields; the counts, some ten thousand numbers a line, go faster as one array than one by one. */
    private static final class Histograms extends JsonSerializer<Histogram> {
        @Override
        public void serialize(Histogram values, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeStartObject();
            json.writeNumberField("low", values.low());
            json.writeNumberField("high", values.high());
            json.writeFieldName("counts");
            long[] counts = values.counts().stream().mapToLong(Long::longValue).toArray();
            json.writeArray(counts, 0, counts.length);
            json.writeNumberField("sum", values.sum());
            json.writeNumberField("squares", values.squares());
            json.writeNumberField("nonFinite", values.nonFinite());
            json.writeEndObject();
        }
    }

    private final Path file;
    private final BufferedWriter writer;

    private HealthLog(Path file, BufferedWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /**
     * Appends to a file, which is made if it doesn't exist.
     *
     * @throws InvalidInputException when it can't be written
     */
    public static HealthLog appendingTo(Path file) {
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

    @Override
    public void looked(Look look) {
        write(look);
    }

    @Override
    public void skipped(Skipped step) {
        write(step);
    }

    @Override
    public void distributed(Distributions distributions) {
        write(distributions);
    }

    /** A line of the log. */
    private record FindingLine(int iteration, Finding finding) implements Line {}

    @Override
    public void found(int iteration, Finding finding) {
        write(new FindingLine(iteration, finding));
    }

    private void write(Object row) {
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

    /** Hands all lines to the operating system. */
    public void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
