package org.steadygrad.runlog;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.util.Map;
import org.steadygrad.ops.Histogram;

/** How a run's files are written and read as JSON. Numbers that JSON lacks (NaN, infinities) are strings. */
final class RunJson {
    /** The rows of health.jsonl by their field {@code kind}. */
    static final Map<String, Class<? extends RunEvent.HealthEvent>> HEALTH = Map.of(
            "look", Look.class,
            "distributions", Distributions.class,
            "finding", RunEvent.Found.class,
            "closed", RunEvent.Closed.class,
            "skipped", RunEvent.SkippedNorm.class);

    /** Writes rows. */
    static final ObjectMapper ROWS = rows();

    /** Writes run.json. */
    static final ObjectWriter RESULT = new ObjectMapper().writerWithDefaultPrettyPrinter();

    /** Refuses what lacks a field or has another type in its place: a number that isn't there is no 0. */
    static final ObjectMapper READING = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    /** What all rows of health have. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    private interface Kind {}

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

    private RunJson() {}

    /** A finding with what early versions didn't write; others as they are. */
    static void complete(JsonNode finding) {
        if (finding instanceof ObjectNode fields && !fields.has("endIteration")) {
            fields.put("endIteration", 0);
        }
    }

    private static ObjectMapper rows() {
        JsonMapper.Builder builder = JsonMapper.builder()
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                .addModule(new Jdk8Module())
                .addModule(new SimpleModule().addSerializer(Histogram.class, new Histograms()));
        HEALTH.forEach((kind, type) -> builder.addMixIn(type, Kind.class).registerSubtypes(new NamedType(type, kind)));
        return builder.build();
    }
}
