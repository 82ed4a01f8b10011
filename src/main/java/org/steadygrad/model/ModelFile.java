package org.steadygrad.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Models in the zip format of DL4J's {@link ModelSerializer}, with entries of our own beside DL4J's.
 *
 * <p>Reading is safe for files of unknown origin: class names in the configuration must be DL4J's, ND4J's or ours
 * before anything is loaded, checksums and sizes are compared before memory is taken, and no serialised Java object is
 * ever read (DL4J's {@code preprocessor.bin} and {@code normalizer.bin} are left alone).
 */
public final class ModelFile {
    /** Entries of ours lie under this folder of the zip. */
    public static final String OWN_FOLDER = "steadygrad/";

    private ModelFile() {}

    /**
     * @param graph the model, with updater state when the file has one
     * @param entries content of the entries of ours, by name without {@value #OWN_FOLDER}
     */
    public record Content(ComputationGraph graph, Map<String, byte[]> entries) {
        public Content {
            entries = Map.copyOf(entries);
        }
    }

    /**
     * Writes a model whole or not at all.
     *
     * @param entries further entries, by name without {@value #OWN_FOLDER}
     */
    public static void write(Path file, ComputationGraph graph, Map<String, byte[]> entries) throws IOException {
        AtomicFile.write(file, out -> writeZip(out, graph, entries));
    }

    private static void writeZip(OutputStream out, ComputationGraph graph, Map<String, byte[]> entries)
            throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setLevel(Deflater.BEST_SPEED);
        put(
                zip,
                ModelSerializer.CONFIGURATION_JSON,
                graph.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8));
        putArray(zip, ModelSerializer.COEFFICIENTS_BIN, graph.params());
        INDArray updaterState = graph.getUpdater().getStateViewArray();
        if (updaterState != null && updaterState.length() > 0) {
            putArray(zip, ModelSerializer.UPDATER_BIN, updaterState);
        }
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            put(zip, OWN_FOLDER + entry.getKey(), entry.getValue());
        }
        zip.finish();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private static void putArray(ZipOutputStream zip, String name, INDArray array) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        DataOutputStream data = new DataOutputStream(zip);
        Nd4j.write(array, data);
        data.flush();
        zip.closeEntry();
    }

    /**
     * Reads a model; a MultiLayerNetwork comes back as the equal ComputationGraph.
     *
     * @throws ModelFileException when the file is missing, damaged, forbidden or inconsistent
     */
    public static Content read(Path file) {
        Map<String, byte[]> zip = CheckedZip.read(file, Runtime.getRuntime().maxMemory());
        byte[] json = required(file, zip, ModelSerializer.CONFIGURATION_JSON);
        byte[] coefficients = required(file, zip, ModelSerializer.COEFFICIENTS_BIN);
        try {
            JsonNode configuration = ClassNames.parse(json);
            Optional<String> forbidden = ClassNames.firstForbidden(configuration);
            if (forbidden.isPresent()) {
                throw new ModelFileException(
                        file,
                        "its configuration names the class " + forbidden.get()
                                + ", expected only classes of DL4J, ND4J and SteadyGrad. It was not loaded.");
            }
            ComputationGraph graph = configuration.has("vertices")
                    ? graph(new String(json, StandardCharsets.UTF_8), coefficients)
                    : sequential(new String(json, StandardCharsets.UTF_8), coefficients);
            restoreUpdater(graph, zip.get(ModelSerializer.UPDATER_BIN));
            return new Content(graph, ownEntries(zip));
        } catch (IOException e) {
            throw new ModelFileException(file, e.getMessage() + ". It is damaged or was not written by DL4J.", e);
        }
    }

    /**
     * Reads a file's every byte and compares checksums, without building the model.
     *
     * @throws ModelFileException when it is damaged
     */
    public static void verify(Path file) {
        Map<String, byte[]> zip = CheckedZip.read(file, Runtime.getRuntime().maxMemory());
        required(file, zip, ModelSerializer.CONFIGURATION_JSON);
        required(file, zip, ModelSerializer.COEFFICIENTS_BIN);
    }

    private static byte[] required(Path file, Map<String, byte[]> zip, String name) {
        byte[] bytes = zip.get(name);
        if (bytes == null) {
            throw new ModelFileException(
                    file, "expected an entry " + name + ", got " + zip.keySet() + ". It is no DL4J model.");
        }
        return bytes;
    }

    private static ComputationGraph graph(String json, byte[] coefficients) throws IOException {
        ComputationGraphConfiguration configuration;
        long parameters = 0;
        try {
            configuration = ComputationGraphConfiguration.fromJson(json);
            for (GraphVertex vertex : configuration.getVertices().values()) {
                parameters += vertex.numParams(false);
            }
        } catch (RuntimeException e) {
            throw new IOException("its configuration can't be read (" + e.getMessage() + ")", e);
        }
        INDArray vector = FlatArrayFormat.read(coefficients, parameters);
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init(vector, false);
        return graph;
    }

    private static ComputationGraph sequential(String json, byte[] coefficients) throws IOException {
        MultiLayerConfiguration configuration;
        long parameters = 0;
        try {
            configuration = MultiLayerConfiguration.fromJson(json);
            for (NeuralNetConfiguration layer : configuration.getConfs()) {
                parameters += layer.getLayer().initializer().numParams(layer);
            }
        } catch (RuntimeException e) {
            throw new IOException("its configuration can't be read (" + e.getMessage() + ")", e);
        }
        INDArray vector = FlatArrayFormat.read(coefficients, parameters);
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init(vector, false);
        return network.toComputationGraph();
    }

    private static void restoreUpdater(ComputationGraph graph, byte[] bytes) throws IOException {
        INDArray state = graph.getUpdater().getStateViewArray();
        if (bytes == null || state == null) {
            return;
        }
        INDArray saved = FlatArrayFormat.read(bytes, state.length());
        state.assign(saved.reshape(state.shape()).castTo(state.dataType()));
    }

    private static Map<String, byte[]> ownEntries(Map<String, byte[]> zip) {
        Map<String, byte[]> own = new LinkedHashMap<>();
        zip.forEach((name, bytes) -> {
            if (name.startsWith(OWN_FOLDER)) {
                own.put(name.substring(OWN_FOLDER.length()), bytes);
            }
        });
        return own;
    }
}
