package org.steadygrad.exchange.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/** Which operators on values of the network are read, and by what. */
final class Operators {
    /** What an operator makes of its inputs. */
    @FunctionalInterface
    interface Reader {
        /** @param in null where an optional input is missing; at least one is a flow */
        List<Known> read(GraphReading graph, OnnxNode node, List<Known> in);
    }

    private static final Map<String, Reader> READERS = new HashMap<>();

    static {
        READERS.putAll(AxisOperators.READERS);
        READERS.putAll(LayerOperators.READERS);
        READERS.putAll(ElementwiseOperators.READERS);
        READERS.putAll(RecurrentOperators.READERS);
    }

    private Operators() {}

    static List<Known> of(GraphReading graph, OnnxNode node, List<Known> in) {
        Reader reader = READERS.get(node.operator());
        if (reader == null || in.isEmpty()) {
            throw node.refused(
                    "one of the operators " + names(),
                    node.operator(),
                    "This toolkit has nothing that computes it; take it out of the model, or have it computed before or after.");
        }
        return reader.read(graph, node, in);
    }

    static String names() {
        return READERS.keySet().stream().sorted().collect(Collectors.joining(", "));
    }

    /** An input that must be a value of the network. */
    static Flow flow(OnnxNode node, List<Known> in, int input) {
        if (input < in.size() && in.get(input) instanceof Flow flow) {
            return flow;
        }
        throw node.refused("a value that depends on the model's inputs as input " + input, "another");
    }

    /** A value of floating-point numbers. */
    static Flow numbers(OnnxNode node, List<Known> in, int input) {
        Flow flow = flow(node, in, input);
        if (flow.whole()) {
            throw node.refused("floating-point numbers as input " + input, "whole ones");
        }
        return flow;
    }
}
