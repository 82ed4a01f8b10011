package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ReadReport;

/**
 * A layer as its configuration says it. Every key has to be asked for, or be known to say nothing about what the layer computes; {@link #done}
 * refuses what is left.
 */
final class LayerConfig {
    /** Says how weights begin, or where they come from, or how fast they are used, for any layer. */
    private static final Set<String> SAYS_NOTHING = Set.of(
            "name",
            "seed",
            "batch_input_shape",
            "batch_shape",
            "build_config",
            "input_shape",
            "input_length",
            "autocast");

    private final String className;
    private final String where;
    private final String path;
    private final JsonNode config;
    private final ReadReport report;
    private final Set<String> left = new LinkedHashSet<>();

    /** @param path where the layer stands in the file, for the report */
    LayerConfig(String file, String path, JsonNode layer, ReadReport report) {
        this.path = path;
        this.report = report;
        className = text(file, path, layer.path("class_name"), "class_name");
        if (!layer.path("config").isObject()) {
            throw new ForeignModelException(
                    file + ": expected a configuration at " + path + "/config, got nothing. It is damaged.");
        }
        config = layer.path("config");
        where = file + ", layer \"" + config.path("name").asText("") + "\" (" + className + ")";
        config.properties().forEach(entry -> left.add(entry.getKey()));
        JsonNode registered = layer.path("registered_name");
        if (registered.isTextual() && registered.asText().contains(">")) {
            throw ForeignModelException.refused(
                    where + ", registered_name",
                    registered,
                    "classes of users' own aren't known",
                    "Build the model of Keras's own layers.");
        }
    }

    static String text(String file, String path, JsonNode node, String key) {
        if (!node.isTextual()) {
            throw new ForeignModelException(
                    file + ": expected a text at " + path + "/" + key + ", got " + shown(node) + ". It is damaged.");
        }
        return node.asText();
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > 200 ? text.substring(0, 200) + "..." : text;
    }

    String className() {
        return className;
    }

    /** Names file and layer, for messages. */
    String where() {
        return where;
    }

    String path() {
        return path;
    }

    String name() {
        return text(where, path, config.path("name"), "config/name");
    }

    boolean has(String key) {
        return config.has(key) && !config.path(key).isNull();
    }

    /** The value as it is, without comment. */
    JsonNode raw(String key) {
        left.remove(key);
        return config.path(key);
    }

    /** What became of a key, for the report. */
    void tell(String key, String outcome) {
        left.remove(key);
        report.tell(path + "/config/" + key, outcome);
    }

    int positive(String key) {
        JsonNode value = raw(key);
        if (!value.canConvertToExactIntegral() || !value.canConvertToInt() || value.intValue() < 1) {
            throw wrong(key, "a whole number of at least 1");
        }
        tell(key, Integer.toString(value.intValue()));
        return value.intValue();
    }

    double number(String key, double missing) {
        JsonNode value = raw(key);
        if (value.isMissingNode()) {
            return missing;
        }
        if (!value.isNumber()) {
            throw wrong(key, "a number");
        }
        tell(key, value.asText());
        return value.doubleValue();
    }

    boolean flag(String key, boolean missing) {
        JsonNode value = raw(key);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw wrong(key, "true or false");
        }
        tell(key, value.asText());
        return value.booleanValue();
    }

    Optional<String> word(String key) {
        JsonNode value = raw(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw wrong(key, "a word");
        }
        tell(key, value.asText());
        return Optional.of(value.asText());
    }

    /** Refuses any value but the one given, which has no effect. */
    void only(String key, Object value, String reason, String remedy) {
        JsonNode found = raw(key);
        boolean same = found.isMissingNode()
                || (value == null ? found.isNull() : found.asText().equals(value.toString()))
                || (found.isNull() && Boolean.FALSE.equals(value));
        if (!same) {
            throw refused(key, reason, remedy);
        }
        if (!found.isMissingNode()) {
            tell(key, "has no effect");
        }
    }

    /** Keys that say nothing about what the layer computes once it has its weights. */
    void ignore(String... keys) {
        for (String key : keys) {
            if (left.contains(key)) {
                tell(key, "says nothing of a network that has its weights");
            }
        }
    }

    /** Keys that end so say how weights begin. */
    private void ignoreInitializers() {
        for (String key : Set.copyOf(left)) {
            if (key.endsWith("_initializer") || SAYS_NOTHING.contains(key)) {
                ignore(key);
            }
        }
    }

    /** That the layer computes in float32. */
    private void checkType() {
        JsonNode type = raw("dtype");
        JsonNode policy = type.isObject() ? type.path("config").path("name") : type;
        boolean single =
                type.isMissingNode() || type.isNull() || policy.asText().equals("float32");
        boolean plain = !type.isObject() || type.path("class_name").asText().endsWith("Policy");
        if (!single || !plain) {
            throw refused(
                    "dtype",
                    "the layer doesn't compute in float32",
                    "Build the model with dtype=\"float32\" and copy the weights.");
        }
        tell("dtype", "float32");
    }

    /** @return whether training changes the layer's weights */
    boolean trainable() {
        return flag("trainable", true);
    }

    /**
     * To be called when all keys that the layer has an answer to have been asked for.
     *
     * @throws ForeignModelException if one is left
     */
    void done() {
        checkType();
        doneInAnyType();
    }

    /** As {@link #done}, for what computes masks. */
    void doneInAnyType() {
        ignoreInitializers();
        for (String key : Set.copyOf(left)) {
            if (key.endsWith("_constraint")
                    || key.equals("activity_regularizer")
                    || key.equals("quantization_config")
                    || key.equals("quantization_mode")
                    || key.equals("lora_rank")) {
                only(key, null, "training would be another one", "Leave it out and save the model anew.");
            }
        }
        left.remove("trainable");
        for (String key : left) {
            throw refused(
                    key, "this option isn't known", "Save the model without it, or with a version of Keras that is.");
        }
    }

    ForeignModelException refused(String key, String reason, String remedy) {
        return ForeignModelException.refused(where + ", option " + key, shown(config.path(key)), reason, remedy);
    }

    ForeignModelException wrong(String key, String expected) {
        return new ForeignModelException(where + ", option " + key + ": expected " + expected + ", got "
                + shown(config.path(key)) + ". The file is damaged.");
    }

    /** Keys and values of an object under a key. */
    Map<String, JsonNode> object(String key) {
        Map<String, JsonNode> entries = new java.util.LinkedHashMap<>();
        raw(key).properties().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
        return entries;
    }
}
