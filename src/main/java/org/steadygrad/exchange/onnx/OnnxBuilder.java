package org.steadygrad.exchange.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects a graph's nodes and constants in the order in which they are written. */
final class OnnxBuilder {
    /** Version of ONNX's operators; the first with Gelu. */
    static final int OPSET = 20;

    private static final int IR_VERSION = 9;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final String PRODUCER = "SteadyGrad";

    private final List<WireOut> nodes = new ArrayList<>();
    private final Map<String, WireOut> initializers = new LinkedHashMap<>();
    private final List<WireOut> inputs = new ArrayList<>();
    private final List<WireOut> outputs = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** A node with its attributes: long, float, String, long[], float[] or List of String. */
    String add(String operator, String output, Map<String, Object> attributes, String... given) {
        return add(operator, List.of(output), attributes, given).get(0);
    }

    List<String> add(String operator, List<String> outputs, Map<String, Object> attributes, String... given) {
        List<String> own = outputs.stream()
                .map(output -> output.isEmpty() ? "" : unique(output))
                .toList();
        WireOut node = new WireOut();
        for (String input : given) {
            node.text(1, input);
        }
        own.forEach(output -> node.text(2, output));
        node.text(
                3, own.stream().filter(output -> !output.isEmpty()).findFirst().orElseThrow());
        node.text(4, operator);
        attributes.forEach((name, value) -> node.message(5, attribute -> attribute(attribute, name, value)));
        nodes.add(node);
        return own;
    }

    /** A name that no value has yet. */
    String unique(String wanted) {
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + "#" + i;
        }
        return name;
    }

    /** Keeps a name for an output of the graph. */
    void reserve(String name) {
        names.add(name);
    }

    /** Gives a value a further name that was reserved. */
    void name(String value, String reserved) {
        nodes.add(
                new WireOut().text(1, value).text(2, reserved).text(3, reserved).text(4, "Identity"));
    }

    private static void attribute(WireOut out, String name, Object value) {
        out.text(1, name);
        if (value instanceof Long number) {
            out.number(3, number).number(20, 2);
        } else if (value instanceof Float decimal) {
            out.decimal(2, decimal).number(20, 1);
        } else if (value instanceof String text) {
            out.text(4, text).number(20, 3);
        } else if (value instanceof long[] numbers) {
            for (long number : numbers) {
                out.number(8, number);
            }
            out.number(20, 7);
        } else if (value instanceof float[] decimals) {
            for (float decimal : decimals) {
                out.decimal(7, decimal);
            }
            out.number(20, 6);
        } else {
            ((List<?>) value).forEach(text -> out.text(9, (String) text));
            out.number(20, 8);
        }
    }

    /** A constant; the same name stands for the same values. */
    String floats(String name, float[] values, long... shape) {
        if (!initializers.containsKey(name)) {
            ByteBuffer raw = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            raw.asFloatBuffer().put(FloatBuffer.wrap(values));
            names.add(name);
            initializers.put(name, tensor(name, FLOAT, raw.array(), shape));
        }
        return name;
    }

    /** A list of whole numbers. */
    String numbers(long... values) {
        StringBuilder name = new StringBuilder("numbers");
        for (long value : values) {
            name.append('_').append(value);
        }
        return numbers(name.toString(), values, values.length);
    }

    /** A whole number without axes. */
    String number(long value) {
        return numbers("number_" + value, new long[] {value});
    }

    private String numbers(String name, long[] values, long... shape) {
        if (!initializers.containsKey(name)) {
            ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            raw.asLongBuffer().put(values);
            names.add(name);
            initializers.put(name, tensor(name, INT64, raw.array(), shape));
        }
        return name;
    }

    private static WireOut tensor(String name, int type, byte[] raw, long... shape) {
        WireOut tensor = new WireOut();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name).raw(9, raw);
    }

    /** @param sizes numbers, or names of sizes that vary */
    void input(String name, boolean whole, List<String> sizes) {
        names.add(name);
        inputs.add(value(name, whole, sizes));
    }

    void output(String name, List<String> sizes) {
        outputs.add(value(name, false, sizes));
    }

    private static WireOut value(String name, boolean whole, List<String> sizes) {
        return new WireOut()
                .text(1, name)
                .message(
                        2,
                        type -> type.message(1, tensor -> tensor.number(1, whole ? INT64 : FLOAT)
                                .message(
                                        2,
                                        shape -> sizes.forEach(size -> shape.message(1, dimension -> {
                                            if (size.matches("\\d+")) {
                                                dimension.number(1, Long.parseLong(size));
                                            } else {
                                                dimension.text(2, size);
                                            }
                                        })))));
    }

    /** The whole file. */
    byte[] model(String name, Map<String, String> metadata) {
        WireOut model = new WireOut().number(1, IR_VERSION).text(2, PRODUCER);
        model.message(7, graph -> {
            nodes.forEach(node -> graph.raw(1, node.toBytes()));
            graph.text(2, name.isEmpty() ? "network" : name);
            initializers.values().forEach(tensor -> graph.raw(5, tensor.toBytes()));
            inputs.forEach(input -> graph.raw(11, input.toBytes()));
            outputs.forEach(output -> graph.raw(12, output.toBytes()));
        });
        model.message(8, opset -> opset.text(1, "").number(2, OPSET));
        new java.util.TreeMap<>(metadata)
                .forEach((key, value) ->
                        model.message(14, pair -> pair.text(1, key).text(2, value)));
        return model.toBytes();
    }
}
