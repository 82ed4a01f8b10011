package org.steadygrad.exchange.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.onnx.OnnxModel.Graph;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;
import org.steadygrad.exchange.onnx.OnnxModel.ValueInfo;

/** From messages to records. Fields that say nothing of what is computed are passed over by number; others that aren't known are refused. */
final class OnnxParser {
    /** An attribute of a kind that no operator that is read has, such as a graph. */
    record Unread(String kind) {}

    private final String who;
    private final OnnxTensors tensors;

    /** @param tensors reads arrays */
    OnnxParser(String who, OnnxTensors tensors) {
        this.who = who;
        this.tensors = tensors;
    }

    /** ModelProto. */
    OnnxModel model(ByteBuffer bytes) throws IOException {
        Wire wire = new Wire(bytes, who);
        long opset = 0;
        String producer = "";
        Map<String, String> metadata = new LinkedHashMap<>();
        Graph graph = null;
        while (wire.next()) {
            switch (wire.field()) {
                case 2 -> producer = wire.text();
                case 7 -> graph = graph(wire.message());
                case 8 -> opset = Math.max(opset, opset(wire.message()));
                case 14 -> pair(wire.message(), metadata);
                // versions of format, producer and model; domain, doc_string; how it is spread over devices
                case 1, 3, 4, 5, 6, 26 -> wire.skip();
                case 20 -> throw refused("a model without training_info");
                case 25 -> throw refused("a model without functions of its own");
                default -> throw unknown("model", wire);
            }
        }
        if (graph == null || opset == 0) {
            throw InvalidInputException.of(
                    who,
                    "a graph and the version of its operators",
                    "neither, or only one",
                    "The file isn't an ONNX model.");
        }
        return new OnnxModel(opset, metadata, producer, graph);
    }

    private long opset(Wire wire) {
        String domain = "";
        long version = 0;
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> domain = wire.text();
                case 2 -> version = wire.number();
                default -> throw unknown("opset_import", wire);
            }
        }
        // nodes of other domains are refused where they stand
        return domain.isEmpty() || domain.equals("ai.onnx") ? version : 0;
    }

    private void pair(Wire wire, Map<String, String> to) {
        String key = "";
        String value = "";
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> key = wire.text();
                case 2 -> value = wire.text();
                default -> throw unknown("metadata_props", wire);
            }
        }
        to.put(key, value);
    }

    private Graph graph(Wire wire) throws IOException {
        List<OnnxNode> nodes = new ArrayList<>();
        Map<String, StoredArray> initializers = new LinkedHashMap<>();
        List<ValueInfo> inputs = new ArrayList<>();
        List<ValueInfo> outputs = new ArrayList<>();
        String name = "";
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> nodes.add(node(wire.message()));
                case 2 -> name = wire.text();
                case 5 -> {
                    OnnxTensors.Named tensor = tensors.read(wire.message());
                    if (initializers.put(tensor.name(), tensor.values()) != null) {
                        throw refused("one initializer called " + tensor.name());
                    }
                }
                case 11 -> inputs.add(valueInfo(wire.message()));
                case 12 -> outputs.add(valueInfo(wire.message()));
                // doc_string, value_info, metadata_props
                case 10, 13, 16 -> wire.skip();
                case 14 -> throw refused("a graph without quantization_annotation");
                case 15 -> throw refused("a graph without sparse_initializer");
                default -> throw unknown("graph", wire);
            }
        }
        inputs.removeIf(input -> initializers.containsKey(input.name()));
        return new Graph(name, nodes, initializers, inputs, outputs);
    }

    private OnnxNode node(Wire wire) throws IOException {
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, Object> attributes = new LinkedHashMap<>();
        String name = "";
        String operator = "";
        String domain = "";
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> inputs.add(wire.text());
                case 2 -> outputs.add(wire.text());
                case 3 -> name = wire.text();
                case 4 -> operator = wire.text();
                case 5 -> attribute(wire.message(), attributes);
                case 7 -> domain = wire.text();
                // doc_string, overload of functions, metadata_props, how it is spread over devices
                case 6, 8, 9, 10 -> wire.skip();
                default -> throw unknown("node", wire);
            }
        }
        if (outputs.isEmpty()) {
            throw refused("outputs of node " + name + " (" + operator + ")");
        }
        return new OnnxNode(name, operator, domain, inputs, outputs, attributes);
    }

    private void attribute(Wire wire, Map<String, Object> to) throws IOException {
        String name = "";
        Object value = null;
        List<Long> floats = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        long type = 0;
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> name = wire.text();
                case 2 -> value = Float.intBitsToFloat(wire.fixed32());
                case 3 -> value = wire.number();
                case 4 -> value = wire.text();
                case 5 -> value = tensors.read(wire.message()).values();
                case 7 -> wire.floats(floats::add);
                case 8 -> wire.numbers(numbers::add);
                case 9 -> texts.add(wire.text());
                case 20 -> type = wire.number();
                case 13 -> wire.skip();
                case 6, 10, 11, 14, 15, 21, 22, 23 -> {
                    wire.skip();
                    value = new Unread("of field " + wire.field());
                }
                default -> throw unknown("attribute", wire);
            }
        }
        to.put(name, value != null ? value : listed(type, floats, numbers, texts));
    }

    /** By the attribute's type: FLOAT 1, INT 2, STRING 3, FLOATS 6, INTS 7, STRINGS 8. Numbers that are 0 may be left out of the file. */
    private Object listed(long type, List<Long> floats, List<Long> numbers, List<String> texts) {
        return switch ((int) type) {
            case 1 -> 0f;
            case 2 -> 0L;
            case 3 -> "";
            case 6 -> decimals(floats);
            case 7 -> numbers.stream().mapToLong(Long::longValue).toArray();
            case 8 -> List.copyOf(texts);
            default -> untyped(floats, numbers, texts);
        };
    }

    private Object untyped(List<Long> floats, List<Long> numbers, List<String> texts) {
        if (!floats.isEmpty()) {
            return decimals(floats);
        }
        return numbers.isEmpty()
                ? List.copyOf(texts)
                : numbers.stream().mapToLong(Long::longValue).toArray();
    }

    private static float[] decimals(List<Long> bits) {
        float[] decimals = new float[bits.size()];
        for (int i = 0; i < decimals.length; i++) {
            decimals[i] = Float.intBitsToFloat(bits.get(i).intValue());
        }
        return decimals;
    }

    private ValueInfo valueInfo(Wire wire) {
        String name = "";
        int element = 0;
        List<String> sizes = null;
        while (wire.next()) {
            switch (wire.field()) {
                case 1 -> name = wire.text();
                case 2 -> {
                    Wire type = wire.message();
                    while (type.next()) {
                        if (type.field() != 1) {
                            // denotation 6 says nothing; sequences, maps and the like are refused where they are used
                            type.skip();
                            continue;
                        }
                        Wire tensor = type.message();
                        while (tensor.next()) {
                            switch (tensor.field()) {
                                case 1 -> element = (int) tensor.number();
                                case 2 -> sizes = shape(tensor.message());
                                default -> throw unknown("type of " + name, tensor);
                            }
                        }
                    }
                }
                case 3, 4 -> wire.skip();
                default -> throw unknown("value", wire);
            }
        }
        return new ValueInfo(name, element, sizes);
    }

    private List<String> shape(Wire wire) {
        List<String> sizes = new ArrayList<>();
        while (wire.next()) {
            Wire dimension = wire.message();
            String size = "";
            while (dimension.next()) {
                switch (dimension.field()) {
                    case 1 -> size = Long.toString(dimension.number());
                    case 2 -> size = dimension.text();
                    default -> dimension.skip();
                }
            }
            sizes.add(size);
        }
        return sizes;
    }

    private InvalidInputException unknown(String where, Wire wire) {
        return InvalidInputException.of(
                who,
                "fields of ONNX's " + where + " that are known",
                "number " + wire.field(),
                "The file is damaged, or of a version of ONNX that came later.");
    }

    private InvalidInputException refused(String expected) {
        return InvalidInputException.of(who, expected, "something else", "Such a model can't be read.");
    }
}
