package org.steadygrad.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the class names in a DL4J configuration before DL4J does, since DL4J's reader loads and instantiates
 * whichever class a {@code @class} field names.
 */
final class ClassNames {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> ALLOWED_PREFIXES = List.of(
            "org.deeplearning4j.nn.",
            "org.nd4j.linalg.activations.",
            "org.nd4j.linalg.lossfunctions.",
            "org.nd4j.linalg.learning.",
            "org.nd4j.linalg.schedule.",
            "org.steadygrad.nn.",
            "org.steadygrad.model.");

    private ClassNames() {}

    /** @return the first class name in the configuration that isn't on the allow-list */
    static Optional<String> firstForbidden(JsonNode node) {
        if (node.isObject()) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                boolean namesClass = field.getKey().equals("@class");
                if (namesClass && !allowed(field.getValue().asText())) {
                    return Optional.of(field.getValue().asText());
                }
            }
        }
        for (JsonNode child : node) {
            Optional<String> forbidden = firstForbidden(child);
            if (forbidden.isPresent()) {
                return forbidden;
            }
        }
        return Optional.empty();
    }

    private static boolean allowed(String className) {
        return ALLOWED_PREFIXES.stream().anyMatch(className::startsWith);
    }

    /** @throws IOException when the bytes aren't JSON; the message gives the place */
    static JsonNode parse(byte[] json) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    e.getOriginalMessage() + " at line " + e.getLocation().getLineNr(), e);
        }
    }
}
