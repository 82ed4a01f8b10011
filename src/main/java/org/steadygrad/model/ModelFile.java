package org.steadygrad.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.steadygrad.check.Check;
import org.steadygrad.check.Reason;

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

    private static final long MAX_CONFIGURATION_BYTES = 64L << 20;
    private static final long MAX_OWN_BYTES = 256L << 20;

    /** What DL4J writes; those with serialised Java objects may be there, but are never read. */
    private static final List<String> DL4J_ENTRIES = List.of(
            ModelSerializer.CONFIGURATION_JSON,
            ModelSerializer.COEFFICIENTS_BIN,
            ModelSerializer.UPDATER_BIN,
            ModelSerializer.NO_PARAMS_MARKER,
            ModelSerializer.PREPROCESSOR_BIN,
            ModelSerializer.NORMALIZER_BIN,
            "updater.bin");

    /** DL4J's users keep objects of their own under the second. */
    private static final List<String> OWN_FOLDERS = List.of(OWN_FOLDER, "objects/");

    private ModelFile() {}

    /**
     * @param graph the model, with updater state when the file has one
     * @param entries content of the entries of ours, by name without {@value #OWN_FOLDER}
     * @param wholeUpdater whether the file has the state of the updaters, if they keep any
     */
    public record Content(ComputationGraph graph, Map<String, byte[]> entries, boolean wholeUpdater) {
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
     * @throws ModelFileException when the file is missing, damaged, forbidden or inconsistent, or holds NaN or infinity
     */
    public static Content read(Path file) {
        Content content = readAsItIs(file);
        NonFiniteParameters.inWords(content.graph).ifPresent(words -> {
            throw new ModelFileException(
                    file,
                    "expected finite numbers, got NaN or infinity in " + words
                            + ". Nothing that is computed with it can be trusted: take an earlier checkpoint.");
        });
        return content;
    }

    /**
     * Reads a model that may be sick, to find out why.
     *
     * @throws ModelFileException when the file is missing, damaged, forbidden or inconsistent
     */
    public static Content readAsItIs(Path file) {
        try (CheckedZip zip = CheckedZip.open(file)) {
            checkNames(file, zip.names());
            JsonNode configuration = configuration(file, zip);
            Vectors vectors = new Vectors(file, zip);
            ComputationGraph graph = configuration.has("vertices")
                    ? graph(configuration.toString(), vectors)
                    : sequential(configuration.toString(), vectors);
            boolean whole = restoreUpdater(graph, vectors);
            return new Content(graph, ownEntries(zip), whole);
        } catch (IOException e) {
            throw new ModelFileException(file, e.getMessage() + ". It is damaged or was not written by DL4J.", e);
        } catch (ModelFileException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw new ModelFileException(
                    file,
                    "DL4J can't build its network (" + Reason.of(e) + "). It is damaged or was not written by DL4J.",
                    e);
        }
    }

    /**
     * Reads a file's every byte and compares checksums, without building the model.
     *
     * @throws ModelFileException when it is damaged
     */
    public static void verify(Path file) {
        try (CheckedZip zip = CheckedZip.open(file)) {
            checkNames(file, zip.names());
            zip.verify();
        }
    }

    /** A damaged name would otherwise lose its entry without a word. */
    private static void checkNames(Path file, Set<String> names) {
        for (String name : List.of(ModelSerializer.CONFIGURATION_JSON, ModelSerializer.COEFFICIENTS_BIN)) {
            if (!names.contains(name)) {
                throw new ModelFileException(
                        file, "expected an entry " + name + ", got " + names + ". It is damaged or no DL4J model.");
            }
        }
        for (String name : names) {
            if (!DL4J_ENTRIES.contains(name) && OWN_FOLDERS.stream().noneMatch(name::startsWith)) {
                throw new ModelFileException(
                        file,
                        "expected entries of DL4J (" + String.join(", ", DL4J_ENTRIES) + ") or SteadyGrad, got " + name
                                + ". It is damaged or no DL4J model.");
            }
        }
    }

    private static JsonNode configuration(Path file, CheckedZip zip) throws IOException {
        byte[] json = zip.read(ModelSerializer.CONFIGURATION_JSON, MAX_CONFIGURATION_BYTES)
                .orElseThrow();
        JsonNode configuration = ClassNames.parse(json);
        Optional<String> forbidden = ClassNames.firstForbidden(configuration);
        if (forbidden.isPresent()) {
            throw new ModelFileException(
                    file,
                    "its configuration names the class " + forbidden.get()
                            + ", expected only classes of DL4J, ND4J and SteadyGrad. It was not loaded.");
        }
        return configuration;
    }

    /** Reads the flat vectors of a file, once it is known how long they must be. */
    private record Vectors(Path file, CheckedZip zip) {
        Optional<INDArray> read(String name, long length) throws IOException {
            Optional<byte[]> bytes = zip.read(name, FlatArrayFormat.mostBytes(length));
            return bytes.isEmpty() ? Optional.empty() : Optional.of(FlatArrayFormat.read(bytes.get(), length));
        }
    }

    private static ComputationGraph graph(String json, Vectors vectors) throws IOException {
        ComputationGraphConfiguration configuration;
        long parameters = 0;
        try {
            configuration = ComputationGraphConfiguration.fromJson(json);
            for (GraphVertex vertex : configuration.getVertices().values()) {
                parameters = Math.addExact(
                        parameters, Check.nonNegative(vertex.numParams(false), "vertex", "its number of parameters"));
            }
        } catch (RuntimeException e) {
            throw new IOException("its configuration can't be read (" + Reason.of(e) + ")", e);
        }
        INDArray vector =
                vectors.read(ModelSerializer.COEFFICIENTS_BIN, parameters).orElseThrow();
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init(vector, false);
        return graph;
    }

    private static ComputationGraph sequential(String json, Vectors vectors) throws IOException {
        MultiLayerConfiguration configuration;
        long parameters = 0;
        try {
            configuration = MultiLayerConfiguration.fromJson(json);
            for (NeuralNetConfiguration layer : configuration.getConfs()) {
                parameters = Math.addExact(
                        parameters,
                        Check.nonNegative(
                                layer.getLayer().initializer().numParams(layer), "layer", "its number of parameters"));
            }
        } catch (RuntimeException e) {
            throw new IOException("its configuration can't be read (" + Reason.of(e) + ")", e);
        }
        INDArray vector =
                vectors.read(ModelSerializer.COEFFICIENTS_BIN, parameters).orElseThrow();
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init(vector, false);
        return SequentialGraph.of(network);
    }

    /** @return false when updaters keep state, but the file has none */
    private static boolean restoreUpdater(ComputationGraph graph, Vectors vectors) throws IOException {
        INDArray state = graph.getUpdater().getStateViewArray();
        if (state == null || state.length() == 0) {
            return true;
        }
        Optional<INDArray> saved = vectors.read(ModelSerializer.UPDATER_BIN, state.length());
        if (saved.isPresent()) {
            state.assign(saved.get().reshape(state.shape()).castTo(state.dataType()));
        }
        return saved.isPresent();
    }

    private static Map<String, byte[]> ownEntries(CheckedZip zip) {
        Map<String, byte[]> own = new LinkedHashMap<>();
        long left = MAX_OWN_BYTES;
        for (String name : zip.names()) {
            if (name.startsWith(OWN_FOLDER)) {
                byte[] bytes = zip.read(name, left).orElseThrow();
                left -= bytes.length;
                own.put(name.substring(OWN_FOLDER.length()), bytes);
            }
        }
        return own;
    }
}
