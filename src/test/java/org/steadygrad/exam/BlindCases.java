package org.steadygrad.exam;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Twenty run files of other data, architectures and sizes than the families', whose truth was written down before they were run. They
 * lie in the resources {@code exam/blind}: a run file each, and {@code truth.json} with what {@link ExamCase} says.
 */
final class BlindCases {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/exam/blind/";

    private BlindCases() {}

    /** All of them, by name. */
    static Map<String, ExamCase> all() {
        try {
            Map<String, ExamCase> all = new LinkedHashMap<>();
            JsonNode truth = JSON.readTree(text("truth.json"));
            for (Map.Entry<String, JsonNode> e : truth.properties()) {
                all.put(e.getKey(), of(e.getKey(), e.getValue()));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ExamCase of(String name, JsonNode truth) {
        return new ExamCase(
                name,
                0,
                truth.get("healthy").asBoolean(),
                Set.copyOf(words(truth.get("expected"))),
                Set.copyOf(words(truth.get("allowed"))),
                words(truth.get("advice")),
                words(truth.get("undoing")),
                "",
                text(name + ".yaml"),
                BlindData.of(name));
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asText()));
        return words;
    }

    private static String text(String resource) {
        try (InputStream in = BlindCases.class.getResourceAsStream(FOLDER + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
