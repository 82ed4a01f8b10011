package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ModelFormat;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Training;
import org.steadygrad.model.AtomicFile;

/** Keras 2 and 3. What is written is a {@code .keras} file of Keras 3. */
public final class KerasFormat implements ModelFormat {
    private static final String WRITTEN = ".keras";
    private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(200).build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Override
    public String name() {
        return "Keras";
    }

    @Override
    public List<String> suffixes() {
        return List.of(".keras", ".weights.h5", ".h5", ".hdf5");
    }

    @Override
    public boolean recognises(Path file, byte[] head) {
        if (head.length >= HDF5.length && java.util.Arrays.equals(head, 0, HDF5.length, HDF5, 0, HDF5.length)) {
            return true;
        }
        return file.toString().endsWith(".keras");
    }

    @Override
    public ForeignModel read(Path file, Optional<Architecture> like) throws IOException {
        try {
            return file.toString().endsWith(".keras") ? readZip(file) : readH5(file, like);
        } catch (ForeignModelException e) {
            throw e;
        } catch (InvalidInputException e) {
            throw new ForeignModelException(file + ": configuration and weights make no network. " + e.getMessage(), e);
        }
    }

    private static ForeignModel readZip(Path file) {
        ReadReport report = new ReadReport();
        try (KerasZip zip = KerasZip.open(file)) {
            JsonNode metadata = json(file, KerasZip.METADATA, zip.read(KerasZip.METADATA));
            boolean keras3 = version(file, metadata.path("keras_version"));
            report.tell(
                    KerasZip.METADATA + "/keras_version",
                    metadata.path("keras_version").asText());
            JsonNode config = json(file, KerasZip.CONFIG, zip.read(KerasZip.CONFIG));
            try (H5File weights = H5File.open(file + ", " + KerasZip.WEIGHTS, zip.read(KerasZip.WEIGHTS))) {
                KerasReader reader =
                        new KerasReader(file.toString(), keras3, new WeightSource.Numbered(weights), report);
                NeutralGraph graph =
                        reader.read(config, training(config.path("compile_config"), report), own(metadata, report));
                return new ForeignModel(graph, keras3 ? "Keras 3" : "Keras 2", report);
            }
        }
    }

    /** What was written here besides the model. */
    private static Map<String, String> own(JsonNode metadata, ReadReport report) {
        Map<String, String> own = new java.util.HashMap<>();
        metadata.path(KerasFile.OWN).properties().forEach(entry -> {
            report.tell(KerasZip.METADATA + "/" + KerasFile.OWN + "/" + entry.getKey(), "metadata of the network");
            own.put(entry.getKey(), entry.getValue().asText());
        });
        return own;
    }

    private static ForeignModel readH5(Path file, Optional<Architecture> like) {
        ReadReport report = new ReadReport();
        try (H5File h5 = H5File.open(file)) {
            List<String> config = h5.texts("", "model_config");
            if (config.isEmpty()) {
                return WeightsAlone.read(file, h5, like, report);
            }
            List<String> version = h5.texts("", "keras_version");
            boolean keras3 = version(
                    file,
                    com.fasterxml.jackson.databind.node.TextNode.valueOf(version.isEmpty() ? "" : version.get(0)));
            JsonNode model = json(file, "model_config", config.get(0).getBytes(StandardCharsets.UTF_8));
            WeightSource weights = new WeightSource.Named(h5, "model_weights");
            List<String> compiled = h5.texts("", "training_config");
            Optional<Training> training = compiled.isEmpty()
                    ? Optional.empty()
                    : training(json(file, "training_config", compiled.get(0).getBytes(StandardCharsets.UTF_8)), report);
            NeutralGraph graph =
                    new KerasReader(file.toString(), keras3, weights, report).read(model, training, Map.of());
            return new ForeignModel(graph, keras3 ? "Keras 3" : "Keras 2", report);
        }
    }

    private static boolean version(Path file, JsonNode version) {
        String text = version.asText();
        if (text.startsWith("3.")) {
            return true;
        }
        if (text.startsWith("2.")) {
            return false;
        }
        throw ForeignModelException.refused(
                file + ", keras_version",
                text.isEmpty() ? "missing" : text,
                "only 2 and 3 are known",
                "Save the model with Keras 2 or 3.");
    }

    private static JsonNode json(Path file, String entry, byte[] bytes) {
        try {
            JsonNode node = JSON.readTree(bytes);
            if (node == null || !node.isObject()) {
                throw new ForeignModelException(file + ": expected an object in " + entry + ". It is damaged.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new ForeignModelException(
                    file + ": " + entry + " can't be read (" + Reason.of(e) + "). It is damaged.", e);
        } catch (IOException e) {
            throw new ForeignModelException(file + ": " + entry + " can't be read (" + e.getMessage() + ").", e);
        }
    }

    /** Loss and optimizer, as far as words go. */
    private static Optional<Training> training(JsonNode compiled, ReadReport report) {
        if (!compiled.isObject() || compiled.isEmpty()) {
            return Optional.empty();
        }
        JsonNode loss = compiled.path("loss");
        JsonNode name = loss.isObject() && loss.has("class_name") ? loss.path("class_name") : loss;
        compiled.properties()
                .forEach(entry -> report.tell(
                        "compile_config/" + entry.getKey(),
                        entry.getKey().equals("loss")
                                ? "handed on as words"
                                : "not taken over: the run file says how to train"));
        report.note(
                "How the model was trained isn't taken over (optimizer, its state, metrics): the run file says how to go on.");
        return Optional.of(new Training(name.isTextual() ? Map.of("", name.asText()) : Map.of(), Optional.empty()));
    }

    @Override
    public List<String> obstacles(NeutralGraph graph) {
        return KerasWriter.write(graph).obstacles();
    }

    /** {@inheritDoc} As a functional model of Keras 3; without losses and optimizer. */
    @Override
    public void write(NeutralGraph graph, Path file) throws IOException {
        if (!file.toString().endsWith(WRITTEN)) {
            throw new ForeignModelException(
                    file + ": models of Keras are written as " + WRITTEN + ". Name the file accordingly.");
        }
        KerasWriter.Written written = KerasWriter.write(graph);
        AtomicFile.write(file, out -> KerasFile.write(written, graph.metadata(), out));
    }
}
