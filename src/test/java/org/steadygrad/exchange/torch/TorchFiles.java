package org.steadygrad.exchange.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.steadygrad.exchange.ModelFiles;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;

/** Files that {@code src/test/exchange/torch/make.py} made, and what stands beside them. */
public final class TorchFiles {
    /** Another folder with such files can be given. */
    public static final Path FOLDER = ModelFiles.folder("torch.dir", "torch");

    private TorchFiles() {}

    /** Names of all files with an ending that have a JSON file beside them. */
    public static List<String> names(String ending) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .filter(name -> Files.exists(FOLDER.resolve(name + ".json")))
                    .sorted()
                    .toList();
        }
    }

    public static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(FOLDER.resolve(name + ".json").toFile());
    }

    public static Tensor tensor(JsonNode array) {
        int[] shape = new int[array.get("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = array.get("shape").get(i).asInt();
        }
        double[] values = new double[array.get("data").size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get("data").get(i).asDouble();
        }
        return new Tensor(shape, values);
    }

    /** Each input and output of the network lies as in the file, and the outputs are what PyTorch or ONNX Runtime computed. */
    public static void assertComputes(NeutralGraph graph, JsonNode json) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (NeutralGraph.Input input : graph.inputs()) {
            JsonNode given = json.has(input.name()) ? json.get(input.name()) : json.get("x");
            inputs.put(input.name(), input.layout().toGraph(tensor(given), input.shape(), input.name()));
        }
        Map<Port, Shape> shapes = graph.shapes();
        Map<String, Tensor> outputs = new GraphEvaluator(graph).outputs(inputs);
        for (NeutralGraph.Output output : graph.outputs()) {
            Tensor got = output.layout().toArray(outputs.get(output.name()), shapes.get(output.port()));
            Tensor wanted = tensor(json.has(output.name()) ? json.get(output.name()) : json.get("y"));
            assertEquals(List.of(boxed(wanted.shape())), List.of(boxed(got.shape())), output.name());
            double largest = 1e-30;
            for (double value : wanted.values()) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertArrayEquals(wanted.values(), got.values(), 1e-5 * largest, output.name());
        }
    }

    private static List<Integer> boxed(int[] numbers) {
        return java.util.Arrays.stream(numbers).boxed().toList();
    }
}
