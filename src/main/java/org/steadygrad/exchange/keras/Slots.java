package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** Which variables layers have, and what their groups are called, from their configurations alone. */
final class Slots {
    /**
     * A variable.
     *
     * @param group as Keras 3 calls the group of its layer
     * @param index among the layer's own variables
     * @param trained whether training changes it
     */
    record Slot(String group, int index, boolean trained) {}

    private Slots() {}

    /** Keras's own rule: {@code SimpleRNN} becomes {@code simple_rnn}. */
    static String snakeCase(String className) {
        return className
                .replaceAll("\\W+", "")
                .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    /** Names of the groups of a model's layers, by class and order; operations have none. */
    static List<String> groups(JsonNode layers, String group) {
        Map<String, Integer> counts = new HashMap<>();
        List<String> names = new ArrayList<>();
        String before = group.isEmpty() ? "layers/" : group + "/layers/";
        for (JsonNode layer : layers) {
            if (isOperation(layer)) {
                names.add("");
                continue;
            }
            String name = snakeCase(layer.path("class_name").asText());
            int count = counts.merge(name, 1, Integer::sum) - 1;
            names.add(before + (count == 0 ? name : name + "_" + count));
        }
        return names;
    }

    /** Whether an entry among a model's layers is an operation of Keras 3. */
    static boolean isOperation(JsonNode layer) {
        return layer.path("module").asText().matches("keras\\.(src\\.)?ops\\..*");
    }

    /** Variables of a layer in the order of the older layout: those that training changes first. */
    static List<Slot> of(JsonNode layer, String group) {
        List<Slot> all = all(layer, group, true);
        return Stream.concat(all.stream().filter(Slot::trained), all.stream().filter(slot -> !slot.trained()))
                .toList();
    }

    private static List<Slot> all(JsonNode layer, String group, boolean outerTrained) {
        JsonNode config = layer.path("config");
        boolean trained = outerTrained && config.path("trainable").asBoolean(true);
        return switch (layer.path("class_name").asText()) {
            case "Dense" -> slots(group, trained, 1 + flag(config, "use_bias"), 0);
            case "LSTM", "GRU", "SimpleRNN" -> slots(group + "/cell", trained, 2 + flag(config, "use_bias"), 0);
            case "Embedding", "PReLU" -> slots(group, trained, 1, 0);
            case "LayerNormalization" -> slots(group, trained, flag(config, "scale") + flag(config, "center"), 0);
            case "BatchNormalization" -> slots(group, trained, flag(config, "scale") + flag(config, "center"), 2);
            case "Normalization" -> slots(group, trained, 0, config.path("mean").isArray() ? 0 : 3);
            case "Bidirectional" -> {
                List<Slot> both = new ArrayList<>(all(config.path("layer"), group + "/forward_layer", trained));
                JsonNode back = config.path("backward_layer");
                both.addAll(all(back.isObject() ? back : config.path("layer"), group + "/backward_layer", trained));
                yield both;
            }
            case "TimeDistributed" -> all(config.path("layer"), group + "/layer", trained);
            default -> nested(config.path("layers"), group, trained);
        };
    }

    private static List<Slot> nested(JsonNode layers, String group, boolean trained) {
        List<String> groups = groups(layers, group);
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            slots.addAll(all(layers.get(i), groups.get(i), trained));
        }
        return slots;
    }

    private static int flag(JsonNode config, String key) {
        return config.path(key).asBoolean(true) ? 1 : 0;
    }

    private static List<Slot> slots(String group, boolean trained, int weights, int statistics) {
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < weights + statistics; i++) {
            slots.add(new Slot(group, i, trained && i < weights));
        }
        return slots;
    }
}
