package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/** A layer, an operation or an input of a functional model of Keras 3 that is being written, with its calls. */
final class WrittenLayer {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String OPERATIONS = "keras.src.ops.numpy";

    /**
     * What a call gives.
     *
     * @param shape with the batch; null stands for any number
     */
    record Tensor(WrittenLayer layer, int call, int index, Shape shape) {
        ObjectNode json() {
            ObjectNode json = JSON.objectNode();
            json.put("class_name", "__keras_tensor__");
            ObjectNode config = json.putObject("config");
            config.set("shape", sizes(shape));
            config.put("dtype", type(shape));
            config.set("keras_history", key());
            return json;
        }

        Source source() {
            return new Source(layer, call);
        }

        ArrayNode key() {
            return JSON.arrayNode().add(layer.name).add(call).add(index);
        }
    }

    /** A call, among those that others read. */
    record Source(WrittenLayer layer, int call) {
        /** Calls that it reads. */
        List<Source> parents() {
            return layer.parents.isEmpty() ? List.of() : layer.parents.get(call);
        }
    }

    /**
     * A variable.
     *
     * @param group below that of the layer, with a slash at its end, or nothing
     * @param index among the group's
     */
    record Variable(String group, int index, Weight weight) {}

    private final String name;
    private final String className;
    private final String module;
    private final ObjectNode config = JSON.objectNode();
    private final ArrayNode calls = JSON.arrayNode();
    private final List<Variable> variables = new ArrayList<>();
    private final List<List<Source>> parents = new ArrayList<>();

    private WrittenLayer(String name, String className, String module) {
        this.name = name;
        this.className = className;
        this.module = module;
        config.put("name", name);
    }

    static WrittenLayer input(String name, Shape shape) {
        WrittenLayer layer = new WrittenLayer(name, "InputLayer", "keras.layers");
        layer.config.set("batch_shape", sizes(shape));
        layer.config.put("dtype", type(shape));
        return layer;
    }

    static WrittenLayer layer(String name, String className, boolean trained) {
        WrittenLayer layer = new WrittenLayer(name, className, "keras.layers");
        layer.config.put("trainable", trained);
        layer.config.put("dtype", "float32");
        return layer;
    }

    /** An operation on tensors, which has no variables and hands no mask on. */
    static WrittenLayer operation(String name, String className) {
        return new WrittenLayer(name, className, OPERATIONS);
    }

    /** What Keras adds by itself where it makes a mask. */
    static Source unwritten(List<Source> read) {
        WrittenLayer layer = operation("", "");
        return new Source(layer, layer.call(JSON.arrayNode(), List.of(), read));
    }

    private static ArrayNode sizes(Shape shape) {
        ArrayNode sizes = JSON.arrayNode().addNull();
        for (int size : shape.sizes()) {
            if (size == Shape.ANY) {
                sizes.addNull();
            } else {
                sizes.add(size);
            }
        }
        return sizes;
    }

    private static String type(Shape shape) {
        return shape.kind() == Shape.Kind.SYMBOLS ? "int32" : "float32";
    }

    String name() {
        return name;
    }

    /** Whether it has no group among the weights. */
    boolean isOperation() {
        return module.equals(OPERATIONS);
    }

    String className() {
        return className;
    }

    /** To be filled. */
    ObjectNode config() {
        return config;
    }

    List<Variable> variables() {
        return variables;
    }

    void variable(String group, int index, Weight weight) {
        variables.add(new Variable(group, index, weight));
    }

    /** Whether the layer does the same as another one, its name apart. */
    boolean doesTheSame(WrittenLayer other) {
        ObjectNode mine = config.deepCopy().without("name");
        ObjectNode others = other.config.deepCopy().without("name");
        boolean arrays = variables.size() == other.variables.size();
        for (int i = 0; arrays && i < variables.size(); i++) {
            arrays = variables.get(i).weight().values()
                    == other.variables.get(i).weight().values();
        }
        return arrays && className.equals(other.className) && mine.equals(others);
    }

    /**
     * Calls the layer.
     *
     * @param arguments tensors as JSON, or what else the call takes
     * @param states initial states
     * @param read calls that give what this one takes, a mask among it
     * @return the call's number
     */
    int call(ArrayNode arguments, List<Tensor> states, List<Source> read) {
        parents.add(List.copyOf(read));
        ObjectNode call = JSON.objectNode();
        call.set("args", arguments);
        ObjectNode keywords = call.putObject("kwargs");
        if (states.size() == 1) {
            keywords.set("initial_state", states.get(0).json());
        } else if (!states.isEmpty()) {
            ArrayNode list = keywords.putArray("initial_state");
            states.forEach(state -> list.add(state.json()));
        }
        calls.add(call);
        return calls.size() - 1;
    }

    ObjectNode json() {
        ObjectNode json = JSON.objectNode();
        json.put("module", module);
        json.put("class_name", className);
        json.set("config", config);
        json.set("registered_name", isOperation() ? JSON.textNode(className) : JSON.nullNode());
        json.put("name", name);
        json.set("inbound_nodes", calls);
        return json;
    }

    /** What stands inside of a wrapper: without calls. */
    ObjectNode innerJson() {
        ObjectNode json = json();
        json.remove(List.of("name", "inbound_nodes"));
        return json;
    }
}
