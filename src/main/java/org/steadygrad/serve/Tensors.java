package org.steadygrad.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.steadygrad.predict.Prediction;
import org.steadygrad.predict.Predictor;

/** Inputs and outputs as tensors of the Open Inference Protocol, version 2. */
final class Tensors {
    static final String INPUT = "input";
    static final String OUTPUT = "output";
    static final String CLASS = "class";
    private static final Set<String> NUMBERS =
            Set.of("FP64", "FP32", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64");
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Tensors() {}

    /**
     * The examples of a request.
     *
     * @return [example][time step][input]
     * @throws Refusal that says what doesn't fit
     */
    static List<double[][]> examples(JsonNode request, Predictor predictor) {
        JsonNode inputs = request.path("inputs");
        if (!inputs.isArray() || inputs.size() != 1) {
            throw bad("inputs: expected a list of one tensor, named \"" + INPUT + "\".");
        }
        JsonNode tensor = inputs.get(0);
        if (!tensor.path("name").asText().equals(INPUT)) {
            throw bad("inputs[0].name: expected \"" + INPUT + "\", got " + tensor.path("name") + ".");
        }
        if (!NUMBERS.contains(tensor.path("datatype").asText())) {
            throw bad("inputs[0].datatype: expected FP64 or another type of numbers, got " + tensor.path("datatype")
                    + ".");
        }
        int width = predictor.inputs().size();
        int[] shape = shape(tensor.path("shape"), width, predictor);
        long expected = (long) shape[0] * shape[1] * width;
        long count = count(tensor.path("data"));
        if (count != expected) {
            throw bad("inputs[0].data: expected " + expected + " numbers, as its shape says, got " + count + ".");
        }
        // not before it is known that there are as many: a shape is quickly written
        double[] numbers = new double[(int) expected];
        fill(tensor.path("data"), numbers, 0);
        List<double[][]> examples = new ArrayList<>(shape[0]);
        for (int e = 0; e < shape[0]; e++) {
            double[][] steps = new double[shape[1]][];
            for (int t = 0; t < shape[1]; t++) {
                int from = (e * shape[1] + t) * width;
                steps[t] = Arrays.copyOfRange(numbers, from, from + width);
            }
            examples.add(steps);
        }
        return examples;
    }

    /** @return number of examples and of time steps */
    private static int[] shape(JsonNode shape, int width, Predictor predictor) {
        String expected = predictor.sequences() ? "[examples, time steps, " + width + "]" : "[examples, " + width + "]";
        int rank = predictor.sequences() ? 3 : 2;
        boolean fits =
                shape.isArray() && shape.size() == rank && shape.get(rank - 1).asInt() == width;
        long all = 1;
        for (int i = 0; fits && i < rank; i++) {
            fits = shape.get(i).isInt() && shape.get(i).asInt() > 0;
            all *= shape.get(i).asLong();
        }
        if (!fits || all > Integer.MAX_VALUE - 8) {
            throw bad("inputs[0].shape: expected " + expected + " with the inputs " + predictor.inputs() + ", got "
                    + shape + ".");
        }
        return new int[] {shape.get(0).asInt(), rank == 3 ? shape.get(1).asInt() : 1};
    }

    private static long count(JsonNode data) {
        if (!data.isArray()) {
            throw bad("inputs[0].data: expected a list of numbers, got " + data.getNodeType() + ".");
        }
        long count = 0;
        for (JsonNode element : data) {
            count += element.isArray() ? count(element) : 1;
        }
        return count;
    }

    /** Nested lists are taken in their order. @return how many numbers there are so far */
    private static int fill(JsonNode data, double[] into, int count) {
        int next = count;
        for (JsonNode element : data) {
            if (element.isArray()) {
                next = fill(element, into, next);
            } else {
                into[next] = number(element, next);
                next++;
            }
        }
        return next;
    }

    /** JSON has no NaN: a missing value is null, or the word. */
    private static double number(JsonNode element, int position) {
        if (element.isNumber() && Double.isFinite(element.asDouble())) {
            return element.asDouble();
        }
        if (element.isNull() || element.asText().equalsIgnoreCase("NaN")) {
            return Double.NaN;
        }
        throw bad("inputs[0].data, element " + position
                + ": expected a finite number, or null or \"NaN\" for a missing value, got " + element + ".");
    }

    /** The tensors of an answer. @param perStep whether there is an axis of time */
    static ArrayNode outputs(List<Prediction> predictions, Predictor predictor, boolean perStep) {
        ArrayNode numbers = JSON.arrayNode();
        ArrayNode classes = JSON.arrayNode();
        int steps = predictions.get(0).steps();
        for (Prediction prediction : predictions) {
            for (int t = 0; t < prediction.steps(); t++) {
                for (double value : prediction.values(t)) {
                    numbers.add(value);
                }
                if (predictor.classes()) {
                    classes.add(prediction.best(t));
                }
            }
        }
        ArrayNode outputs = JSON.arrayNode();
        ArrayNode shape = JSON.arrayNode().add(predictions.size());
        if (perStep) {
            shape.add(steps);
        }
        outputs.add(
                tensor(OUTPUT, "FP64", shape.deepCopy().add(predictor.outputs().size()), numbers));
        if (predictor.classes()) {
            outputs.add(tensor(CLASS, "BYTES", shape, classes));
        }
        return outputs;
    }

    private static ObjectNode tensor(String name, String type, ArrayNode shape, ArrayNode data) {
        ObjectNode tensor = JSON.objectNode();
        tensor.put("name", name).put("datatype", type).set("shape", shape);
        tensor.set("data", data);
        return tensor;
    }

    /** What a model takes and gives, as the protocol's metadata say it; -1 stands for any number. */
    static ObjectNode metadata(String name, Predictor predictor) {
        ObjectNode all = JSON.objectNode();
        all.put("name", name)
                .put("platform", "steadygrad")
                .set("versions", JSON.arrayNode().add("1"));
        ArrayNode in = JSON.arrayNode().add(-1);
        ArrayNode out = JSON.arrayNode().add(-1);
        if (predictor.sequences()) {
            in.add(-1);
        }
        if (predictor.perStep()) {
            out.add(-1);
        }
        ObjectNode input = JSON.objectNode();
        input.put("name", INPUT)
                .put("datatype", "FP64")
                .set("shape", in.add(predictor.inputs().size()));
        input.set("parameters", JSON.objectNode().set("names", names(predictor.inputs())));
        all.set("inputs", JSON.arrayNode().add(input));
        ObjectNode output = JSON.objectNode();
        output.put("name", OUTPUT)
                .put("datatype", "FP64")
                .set("shape", out.deepCopy().add(predictor.outputs().size()));
        output.set("parameters", JSON.objectNode().set("names", names(predictor.outputs())));
        ArrayNode outputs = JSON.arrayNode().add(output);
        if (predictor.classes()) {
            ObjectNode classes = JSON.objectNode();
            classes.put("name", CLASS).put("datatype", "BYTES").set("shape", out);
            outputs.add(classes);
        }
        all.set("outputs", outputs);
        return all;
    }

    private static ArrayNode names(List<String> names) {
        ArrayNode array = JSON.arrayNode();
        names.forEach(array::add);
        return array;
    }

    static Refusal bad(String reason) {
        return new Refusal(400, reason);
    }
}
