package org.steadygrad.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.steadygrad.check.Reason;

/**
 * Looks at the class names in a DL4J configuration before DL4J does, since DL4J's reader loads whichever class a field
 * {@code @class} names ({@code type} in a weight distribution), before it looks whether the class fits. In the formats
 * before 1.0.0-beta, names stand for classes of a fixed list; nothing needs to be checked there.
 */
final class ClassNames {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final String CLASS_KEY = "@class";
    private static final Set<String> FURTHER_CLASS_KEYS = Set.of("type", "@type", "@c");

    /** Nothing but a name: within {@code <>}, Jackson takes further names, and loads those classes too. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_$.]+");

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
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (namesClass(field.getKey(), field.getValue())
                    && !allowed(field.getValue().asText())) {
                return Optional.of(field.getValue().toString());
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

    /** Other values of {@code type}, such as names of kinds, have no dot. */
    private static boolean namesClass(String key, JsonNode value) {
        return key.equals(CLASS_KEY)
                || (FURTHER_CLASS_KEYS.contains(key) && value.asText().contains("."));
    }

    private static boolean allowed(String className) {
        return PLAIN_NAME.matcher(className).matches()
                && ALLOWED_PREFIXES.stream().anyMatch(className::startsWith);
    }

    /**
     * Reads JSON that says the same to every reader: with a key that stands twice in an object, for example, it depends on
     * the reader which one counts.
     *
     * @throws IOException when the bytes aren't such JSON; the message gives the place
     */
    static JsonNode parse(byte[] json) throws IOException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new IOException("its configuration can't be read (" + Reason.of(e) + " at line " + line + ")", e);
        }
    }
}
