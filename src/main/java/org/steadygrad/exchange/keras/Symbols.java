package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;

/** Which inputs are numbers of symbols: those that an Embedding reads, whatever their data type. */
final class Symbols {
    private Symbols() {}

    /** Whether a layer, or the first one of a model, reads symbols. */
    static boolean reads(JsonNode layer) {
        JsonNode inner = layer.path("config").path("layers");
        if (!inner.isArray()) {
            return layer.path("class_name").asText().equals("Embedding");
        }
        if (layer.path("config").has("input_layers")) {
            return readsInput(inner, firstText(layer.path("config").path("input_layers")));
        }
        int first = inner.path(0).path("class_name").asText().equals("InputLayer") ? 1 : 0;
        return inner.has(first) && reads(inner.get(first));
    }

    private static String firstText(JsonNode list) {
        JsonNode node = list;
        while (node.isArray() && !node.isEmpty()) {
            node = node.get(0);
        }
        return node.asText();
    }

    /** Whether a layer among those of a functional model reads an input as symbols. */
    static boolean readsInput(JsonNode layers, String input) {
        for (JsonNode layer : layers) {
            if (reads(layer) && mentions(layer.path("inbound_nodes"), input)) {
                return true;
            }
        }
        return false;
    }

    private static boolean mentions(JsonNode node, String input) {
        if (node.isArray() && node.size() >= 3 && node.get(0).isTextual()) {
            return node.get(0).asText().equals(input);
        }
        for (JsonNode child : node) {
            if (mentions(child, input)) {
                return true;
            }
        }
        return false;
    }
}
