package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ModelFiles;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;

/** A model file with what Keras computed for some input, as {@code src/test/exchange/keras/make.py} writes both. */
final class RightNumbers {
    /** Another folder with such files can be given. */
    static final Path FOLDER = ModelFiles.folder("keras.dir", "keras");

    private final JsonNode json;

    RightNumbers(String name) throws IOException {
        json = new ObjectMapper().readTree(Files.readAllBytes(FOLDER.resolve(name + ".json")));
    }

    /** Names of all cases. */
    static List<String> all() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .toList();
        }
    }

    /** The model; weights alone are read for the layers that the files of this folder's kind have. */
    ForeignModel read() {
        boolean alone = file().toString().endsWith("weights.h5");
        return Models.read(file(), alone ? Optional.of(LikeWeights.architecture(file())) : Optional.empty());
    }

    Path file() {
        return FOLDER.resolve(json.path("file").asText());
    }

    boolean has(String key) {
        return json.has(key);
    }

    JsonNode get(String key) {
        return json.path(key);
    }

    /** Inputs by the graph's names: files list them in the order in which the model takes them. */
    Map<String, Tensor> inputs(NeutralGraph graph) {
        List<Tensor> tensors = new ArrayList<>();
        json.path("inputs").forEach(array -> tensors.add(tensor(array)));
        assertEquals(tensors.size(), graph.inputs().size());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            inputs.put(graph.inputs().get(i).name(), tensors.get(i));
        }
        return inputs;
    }

    List<Tensor> outputs() {
        List<Tensor> outputs = new ArrayList<>();
        json.path("outputs").forEach(array -> outputs.add(tensor(array)));
        return outputs;
    }

    /** @param tolerance relative to the largest number of each output, or 1 */
    void assertOutputs(Map<String, Tensor> outputs, double tolerance) {
        List<Tensor> expected = outputs();
        List<Tensor> got = new ArrayList<>(outputs.values());
        assertEquals(expected.size(), got.size());
        for (int i = 0; i < got.size(); i++) {
            assertArrayEquals(expected.get(i).shape(), got.get(i).shape());
            double largest = 1;
            for (double value : expected.get(i).values()) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertArrayEquals(expected.get(i).values(), got.get(i).values(), tolerance * largest);
        }
    }

    static Tensor tensor(JsonNode array) {
        List<Integer> shape = new ArrayList<>();
        for (JsonNode node = array; node.isArray(); node = node.get(0)) {
            shape.add(node.size());
        }
        List<Double> values = new ArrayList<>();
        flatten(array, values);
        return new Tensor(
                shape.stream().mapToInt(Integer::intValue).toArray(),
                values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static void flatten(JsonNode node, List<Double> values) {
        if (node.isArray()) {
            node.forEach(inner -> flatten(inner, values));
        } else {
            values.add(node.asDouble());
        }
    }
}
