package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.exchange.graph.GraphBuilder;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.keras.MaskTerm.Beside;
import org.steadygrad.exchange.keras.MaskTerm.Constant;
import org.steadygrad.exchange.keras.MaskTerm.Differs;
import org.steadygrad.exchange.keras.MaskTerm.Spread;
import org.steadygrad.exchange.keras.MaskTerm.Steps;

/** The operations that Keras 3 puts among the layers of a functional configuration where it makes masks. */
final class MaskOperations {
    private static final String REMEDY = "Build the model without operations on tensors, masks apart.";

    private final GraphBuilder graph;

    MaskOperations(GraphBuilder graph) {
        this.graph = graph;
    }

    /**
     * @param args of the call: values, and constants as they stand there
     */
    Value apply(LayerConfig operation, String name, List<Value> values, List<JsonNode> constants) {
        MaskTerm term =
                switch (operation.className()) {
                    case "NotEqual" -> notEqual(operation, name, values, constants);
                    case "Any" -> any(operation, name, values);
                    case "LogicalOr" -> or(operation, name, values);
                    case "ExpandDims" -> spread(operation, values);
                    case "ZerosLike" -> new Constant(false);
                    case "OnesLike" -> new Constant(true);
                    case "Concatenate" -> beside(operation, values);
                    default -> throw unknown(operation);
                };
        operation.ignore("name", "dtype");
        operation.doneInAnyType();
        return Value.of(term);
    }

    private static RuntimeException unknown(LayerConfig operation) {
        return operation.refused(
                "class_name " + operation.className(),
                "operations on tensors are known where they make masks only",
                REMEDY);
    }

    private MaskTerm notEqual(LayerConfig operation, String name, List<Value> values, List<JsonNode> constants) {
        if (values.size() != 1
                || values.get(0).port() == null
                || constants.size() != 1
                || !constants.get(0).isNumber()) {
            throw unknown(operation);
        }
        Port x = values.get(0).port();
        double padding = constants.get(0).doubleValue();
        if (graph.shape(x).kind() == Shape.Kind.SYMBOLS) {
            return new Steps(graph.add(name, new Operation.StepMask(padding), x));
        }
        return new Differs(x, padding);
    }

    private MaskTerm any(LayerConfig operation, String name, List<Value> values) {
        lastAxis(operation);
        operation.only("keepdims", false, "masks have no axis of features", REMEDY);
        MaskTerm term = values.size() == 1 ? values.get(0).term() : null;
        if (term == null) {
            throw unknown(operation);
        }
        if (term.differs().isPresent()) {
            Differs differs = term.differs().get();
            return new Steps(graph.add(name, new Operation.StepMask(differs.padding()), differs.x()));
        }
        List<Port> masks = new ArrayList<>();
        for (MaskTerm part : term.parts()) {
            if (part.constant().orElse(false)) {
                return part;
            }
            if (part.constant().isEmpty()) {
                masks.add(part.spread().orElseThrow(() -> unknown(operation)));
            }
        }
        if (masks.isEmpty()) {
            throw unknown(operation);
        }
        return new Steps(joined(name, masks));
    }

    private Port joined(String name, List<Port> masks) {
        return masks.size() == 1
                ? masks.get(0)
                : graph.add(name, new Operation.JoinMasks(true), masks.toArray(Port[]::new));
    }

    private static void lastAxis(LayerConfig operation) {
        JsonNode axis = operation.raw("axis");
        JsonNode one = axis.isArray() && axis.size() == 1 ? axis.get(0) : axis;
        if (!one.isInt() || (one.intValue() != -1 && one.intValue() != 2)) {
            throw operation.refused("axis", "masks are made along the last axis only", REMEDY);
        }
        operation.tell("axis", "the last one");
    }

    private MaskTerm or(LayerConfig operation, String name, List<Value> values) {
        if (values.size() != 2 || values.stream().anyMatch(value -> value.term() == null)) {
            throw unknown(operation);
        }
        MaskTerm a = values.get(0).term();
        MaskTerm b = values.get(1).term();
        if (a.steps().isPresent() && b.steps().isPresent()) {
            return new Steps(joined(name, List.of(a.steps().get(), b.steps().get())));
        }
        // spread over features by way of zeros of the value's shape
        if (a.spread().isPresent() && b.constant().equals(Optional.of(false))) {
            return a;
        }
        throw unknown(operation);
    }

    private static MaskTerm spread(LayerConfig operation, List<Value> values) {
        lastAxis(operation);
        MaskTerm term = values.size() == 1 ? values.get(0).term() : null;
        if (term == null || term.steps().isEmpty()) {
            throw unknown(operation);
        }
        return new Spread(term.steps().get());
    }

    private static MaskTerm beside(LayerConfig operation, List<Value> values) {
        lastAxis(operation);
        List<MaskTerm> parts = new ArrayList<>();
        for (Value value : values) {
            if (value.term() == null) {
                throw unknown(operation);
            }
            parts.add(value.term());
        }
        return new Beside(parts);
    }

    /** The mask that a value given as one is; empty if it hides nothing. */
    static Optional<Port> mask(LayerConfig layer, Value value) {
        if (value.term() != null && value.term().steps().isPresent()) {
            return value.term().steps();
        }
        if (value.term() != null && value.term().constant().orElse(false)) {
            return Optional.empty();
        }
        throw layer.refused("mask", "what is given as a mask isn't one that Keras makes of padding", REMEDY);
    }
}
