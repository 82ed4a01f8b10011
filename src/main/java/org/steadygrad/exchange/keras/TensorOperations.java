package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;

/**
 * Operations on values among the layers of a functional configuration of Keras 3: a step {@code x[:, -1]} or {@code x[:, 0]}, features {@code x[..., 1:3]}, {@code
 * flip} and {@code sum} over time. They hand no mask on.
 */
final class TensorOperations {
    private static final Set<String> KNOWN = Set.of("GetItem", "Flip", "Sum");

    private final GraphBuilder graph;

    TensorOperations(GraphBuilder graph) {
        this.graph = graph;
    }

    /** Whether the operation is one of these, on a value that is no mask. */
    static boolean has(JsonNode operation, List<Value> values) {
        return KNOWN.contains(operation.path("class_name").asText())
                && values.size() == 1
                && values.get(0).port() != null;
    }

    /** @param constants of the call, as they stand there */
    Value apply(LayerConfig operation, String name, Port x, List<JsonNode> constants) {
        if (graph.shape(x).kind() != Shape.Kind.SEQUENCE && graph.shape(x).kind() != Shape.Kind.VECTOR) {
            throw unknown(operation);
        }
        Operation made =
                switch (operation.className()) {
                    case "GetItem" -> item(operation, x, constants);
                    case "Flip" -> {
                        time(operation, x);
                        yield new Operation.ReverseTime();
                    }
                    default -> {
                        time(operation, x);
                        operation.only("keepdims", false, "vectors come out of it", "Leave it out.");
                        yield new Operation.Pool(Operation.Pool.Kind.SUM, false);
                    }
                };
        operation.ignore("name", "dtype");
        operation.doneInAnyType();
        return Value.unmasked(graph.add(name, made, x));
    }

    private static RuntimeException unknown(LayerConfig operation) {
        return operation.refused(
                "class_name " + operation.className(),
                "x[:, -1], x[:, 0], x[..., from:to], and flip and sum along axis 1 of sequences are known",
                "Use one of these.");
    }

    private void time(LayerConfig operation, Port x) {
        JsonNode axis = operation.raw("axis");
        JsonNode one = axis.isArray() && axis.size() == 1 ? axis.get(0) : axis;
        if (graph.shape(x).kind() != Shape.Kind.SEQUENCE || !one.isInt() || one.intValue() != 1) {
            throw unknown(operation);
        }
        operation.tell("axis", "time");
    }

    private Operation item(LayerConfig operation, Port x, List<JsonNode> places) {
        if (places.size() != 2) {
            throw unknown(operation);
        }
        JsonNode first = places.get(0);
        JsonNode second = places.get(1);
        boolean sequence = graph.shape(x).kind() == Shape.Kind.SEQUENCE;
        if (second.isInt() && sequence && isWhole(first)) {
            if (second.intValue() != 0 && second.intValue() != -1) {
                throw unknown(operation);
            }
            return new Operation.TakeStep(second.intValue() == -1);
        }
        JsonNode slice = second.path("config");
        JsonNode from = slice.path("start");
        JsonNode end = slice.path("stop");
        boolean features = first.path("class_name").asText().equals("__ellipsis__")
                && second.path("class_name").asText().equals("__slice__")
                && slice.path("step").isNull()
                && (from.isNull() || from.isInt())
                && (end.isNull() || end.isInt());
        int size = graph.shape(x).features();
        int start = features && from.isInt() ? from.intValue() : 0;
        int stop = features && end.isInt() ? end.intValue() : size;
        if (!features || start < 0 || stop <= start || stop > size) {
            throw unknown(operation);
        }
        return new Operation.SelectFeatures(start, stop);
    }

    private static boolean isWhole(JsonNode slice) {
        JsonNode config = slice.path("config");
        return slice.path("class_name").asText().equals("__slice__")
                && config.path("start").isNull()
                && config.path("stop").isNull()
                && config.path("step").isNull();
    }
}
