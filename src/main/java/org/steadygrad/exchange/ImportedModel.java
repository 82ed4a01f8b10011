package org.steadygrad.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.network.ImportedNetwork;
import org.steadygrad.exchange.network.NetworkFunction;
import org.steadygrad.exchange.network.NetworkGraph;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;

/**
 * A network that came from another library, as a DL4J network that computes the same, with what the other library calls its inputs and outputs and
 * how it lays them out ([batch, time, size], or as {@link NeutralGraph.Input#layout} says).
 */
public final class ImportedModel {
    private static final String ENTRY = "imported.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ComputationGraph network;
    private final String format;
    private final NetworkFunction function;
    private final List<Layout> outputLayouts;
    private final List<String> notes;

    private ImportedModel(
            ComputationGraph network,
            String format,
            NetworkFunction function,
            List<Layout> outputLayouts,
            List<String> notes) {
        this.network = network;
        this.format = format;
        this.function = function;
        this.outputLayouts = List.copyOf(outputLayouts);
        this.notes = List.copyOf(notes);
    }

    /**
     * Makes the network of a model, and proves on random inputs with padding that it computes the same.
     *
     * @throws ForeignModelException if there is none
     */
    public static ImportedModel of(ForeignModel model) {
        ImportedNetwork imported = ImportedNetwork.of(model.graph());
        imported.prove();
        List<String> notes = new ArrayList<>(model.report().notes());
        notes.addAll(imported.notes());
        List<Layout> layouts = model.graph().outputs().stream()
                .map(NeutralGraph.Output::layout)
                .toList();
        return new ImportedModel(imported.network(), model.format(), imported.function(), layouts, notes);
    }

    /** Whether a path is a folder, or a file in it, that {@link #save} has written; nothing but a name in the file is looked at. */
    public static boolean isAt(Path path) {
        Path file = file(path);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.getEntry(ModelFile.OWN_FOLDER + ENTRY) != null;
        } catch (IOException e) {
            // no zip file, so none of ours
            return false;
        }
    }

    private static Path file(Path path) {
        return Files.isDirectory(path) ? path.resolve("model.zip") : path;
    }

    /**
     * Reads what {@link #save} has written.
     *
     * @param path the folder, or the file in it
     * @throws ModelFileException if it is missing, damaged or another model
     */
    public static ImportedModel read(Path path) {
        Path file = file(path);
        ModelFile.Content content = ModelFile.read(file);
        byte[] entry = content.entries().get(ENTRY);
        if (entry == null) {
            throw new ModelFileException(file, "expected an imported model, got another one.");
        }
        try {
            JsonNode json = JSON.readTree(entry);
            List<NeutralGraph.Input> inputs = new ArrayList<>();
            for (JsonNode input : json.path("inputs")) {
                List<Integer> sizes = new ArrayList<>();
                input.path("sizes").forEach(size -> sizes.add(size.asInt()));
                inputs.add(new NeutralGraph.Input(
                        input.path("name").asText(),
                        new Shape(Shape.Kind.valueOf(input.path("kind").asText()), sizes),
                        LayoutJson.read(input)));
            }
            List<String> outputs = new ArrayList<>();
            List<Layout> layouts = new ArrayList<>();
            for (JsonNode output : json.path("outputs")) {
                outputs.add(output.path("name").asText());
                layouts.add(LayoutJson.read(output));
            }
            ComputationGraph network = content.graph();
            if (inputs.size() != network.getNumInputArrays() || outputs.size() != network.getNumOutputArrays()) {
                throw new ModelFileException(file, "what it says of its inputs and outputs doesn't fit its network.");
            }
            return new ImportedModel(
                    network,
                    json.path("format").asText(),
                    new NetworkFunction(network, inputs, outputs),
                    layouts,
                    List.of());
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file, "what it says of its inputs can't be read: " + Reason.of(e) + ".", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new ModelFileException(file, "what it says of its inputs can't be read: " + e.getMessage() + ".", e);
        }
    }

    /** Writes {@code model.zip} into a folder, whole or not at all; DL4J with this jar beside it reads the network from there. */
    public void save(Path folder) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", format);
        ArrayNode inputs = json.putArray("inputs");
        for (NeutralGraph.Input input : function.inputs()) {
            ObjectNode node = inputs.addObject();
            node.put("name", input.name());
            node.put("kind", input.shape().kind().name());
            input.shape().sizes().forEach(node.putArray("sizes")::add);
            LayoutJson.write(input.layout(), node);
        }
        ArrayNode outputs = json.putArray("outputs");
        for (int i = 0; i < outputLayouts.size(); i++) {
            ObjectNode node = outputs.addObject();
            node.put("name", function.outputNames().get(i));
            LayoutJson.write(outputLayouts.get(i), node);
        }
        Files.createDirectories(folder);
        ModelFile.write(file(folder), network, Map.of(ENTRY, JSON.writeValueAsBytes(json)));
    }

    /** The network: sequences are [batch, size, time], symbols [batch, 1, time]; it has no losses. */
    public ComputationGraph network() {
        return network;
    }

    /** What the network computes now, with its present weights, as files can have it. @throws ForeignModelException if none can */
    public NeutralGraph graph() {
        return NetworkGraph.of(network, inputs(), outputNames(), outputLayouts).graph();
    }

    /** Name of the format it came from, for people. */
    public String format() {
        return format;
    }

    /** What users should know. */
    public List<String> notes() {
        return notes;
    }

    /** What it takes, in its order. */
    public List<NeutralGraph.Input> inputs() {
        return function.inputs();
    }

    /** Names of what it gives, in its order. */
    public List<String> outputNames() {
        return function.outputNames();
    }

    /**
     * Computes batches in double.
     *
     * @param arrays by name; a single array is taken for the single input, whatever its name
     * @return by name, in order
     * @throws InvalidInputException if an array is missing, not known, or of another shape
     */
    public Map<String, Tensor> outputs(Map<String, Tensor> arrays) {
        Map<String, Tensor> given = named(arrays);
        Map<String, Tensor> laid = new LinkedHashMap<>();
        for (NeutralGraph.Input input : inputs()) {
            laid.put(
                    input.name(),
                    input.layout().toGraph(given.get(input.name()), input.shape(), "input " + input.name()));
        }
        Map<String, Tensor> values = function.inDouble().outputs(laid);
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (int i = 0; i < outputLayouts.size(); i++) {
            String name = outputNames().get(i);
            outputs.put(name, outputLayouts.get(i).toArray(values.get(name), shape(values.get(name))));
        }
        return outputs;
    }

    private static Shape shape(Tensor value) {
        int features = value.size(value.rank() - 1);
        return value.rank() == 3 ? Shape.sequence(value.size(1), features) : Shape.vector(features);
    }

    private Map<String, Tensor> named(Map<String, Tensor> arrays) {
        List<String> names = inputs().stream().map(NeutralGraph.Input::name).toList();
        if (arrays.size() == 1 && names.size() == 1) {
            return Map.of(names.get(0), arrays.values().iterator().next());
        }
        if (!arrays.keySet().equals(java.util.Set.copyOf(names))) {
            throw InvalidInputException.of(
                    "inputs",
                    "arrays called " + String.join(", ", names),
                    String.join(", ", arrays.keySet()),
                    "Name them so.");
        }
        return arrays;
    }
}
