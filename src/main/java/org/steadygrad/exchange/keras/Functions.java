package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Function.Kind;

/** Activation functions by Keras's names. */
final class Functions {
    /** Those that are the same in Keras 2 and 3. */
    private static final Map<String, Function> NAMES = Map.ofEntries(
            Map.entry("linear", Function.LINEAR),
            Map.entry("relu", Function.RELU),
            Map.entry("relu6", Function.of(Kind.RELU6)),
            Map.entry("elu", new Function(Kind.ELU, 1, 0)),
            Map.entry("selu", Function.of(Kind.SELU)),
            Map.entry("gelu", Function.of(Kind.GELU)),
            Map.entry("sigmoid", Function.SIGMOID),
            Map.entry("tanh", Function.TANH),
            Map.entry("softsign", Function.of(Kind.SOFTSIGN)),
            Map.entry("softplus", Function.of(Kind.SOFTPLUS)),
            Map.entry("swish", Function.of(Kind.SWISH)),
            Map.entry("silu", Function.of(Kind.SWISH)),
            Map.entry("mish", Function.of(Kind.MISH)),
            Map.entry("exponential", Function.of(Kind.EXPONENTIAL)),
            Map.entry("softmax", Function.SOFTMAX),
            Map.entry("log_softmax", Function.of(Kind.LOG_SOFTMAX)),
            Map.entry("hard_tanh", Function.of(Kind.HARD_TANH)),
            Map.entry("leaky_relu", new Function(Kind.LEAKY_RELU, 0.2, 0)));

    private Functions() {}

    /** The name of a function for Keras 3; empty if it has none. */
    static Optional<String> name(Function function) {
        if (function.equals(Function.HARD_SIGMOID_SIXTH)) {
            return Optional.of("hard_sigmoid");
        }
        return NAMES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(function))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst();
    }

    /** @param keras3 whether names are those of Keras 3 */
    static Function of(LayerConfig layer, String key, boolean keras3, Function missing) {
        JsonNode value = layer.raw(key);
        if (value.isMissingNode() || value.isNull()) {
            return value.isNull() ? Function.LINEAR : missing;
        }
        String name = name(value);
        Function function = name.equals("hard_sigmoid")
                ? keras3 ? Function.HARD_SIGMOID_SIXTH : Function.HARD_SIGMOID_FIFTH
                : NAMES.get(name);
        if (function == null) {
            throw layer.refused(
                    key,
                    "this activation function isn't known exactly",
                    "Use one of "
                            + String.join(", ", NAMES.keySet().stream().sorted().toList()) + ".");
        }
        layer.tell(key, function.kind().name());
        return function;
    }

    /** Newer versions write functions as objects. */
    private static String name(JsonNode value) {
        if (value.isTextual()) {
            return value.asText();
        }
        boolean builtin = value.path("class_name").asText().equals("function")
                && value.path("module").asText().matches("builtins|keras\\.activations|keras\\.src\\.activations.*");
        return builtin ? value.path("config").asText("") : "";
    }
}
