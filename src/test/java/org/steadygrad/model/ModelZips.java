package org.steadygrad.model;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.nn.GRU;

/** Small models, and zip files to be taken apart and put together wrongly. */
public final class ModelZips {
    static final int INPUTS = 3;

    private ModelZips() {}

    /** A network of a dense layer, a GRU and an output, trained for two steps so that its updater has a state. */
    static ComputationGraph trained(DataType type) {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(5)
                .dataType(type)
                .updater(new Adam(0.01))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(INPUTS))
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nOut(4)
                                .weightInit(new WeightInitDistribution(new NormalDistribution(0, 0.5)))
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addLayer("gru", new GRU.Builder().nOut(7).build(), "dense")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder()
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "gru")
                .setOutputs("out")
                .build();
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        INDArray labels = Nd4j.zeros(type, 3, 2, 5);
        labels.get(org.nd4j.linalg.indexing.NDArrayIndex.all(), org.nd4j.linalg.indexing.NDArrayIndex.point(0))
                .assign(1);
        for (int i = 0; i < 2; i++) {
            graph.fit(new MultiDataSet(input(type), labels));
        }
        return graph;
    }

    static INDArray input(DataType type) {
        return Nd4j.linspace(DataType.DOUBLE, -1, 0.05, 3L * INPUTS * 5)
                .reshape(3, INPUTS, 5)
                .castTo(type);
    }

    public static Map<String, byte[]> entries(Path file) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }

    public static void write(Path file, Map<String, byte[]> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
    }

    /** Writes a copy of a model file with a changed configuration. */
    static Path reconfigured(Path model, UnaryOperator<String> change) throws IOException {
        Map<String, byte[]> entries = entries(model);
        entries.computeIfPresent("configuration.json", (name, json) -> {
            String before = new String(json, StandardCharsets.UTF_8);
            String after = change.apply(before);
            if (after.equals(before)) {
                throw new IllegalStateException("the configuration should have changed: " + before);
            }
            return after.getBytes(StandardCharsets.UTF_8);
        });
        Path copy = model.resolveSibling("changed-" + System.nanoTime() + ".zip");
        write(copy, entries);
        return copy;
    }

    /** Writes a copy of a model file with an entry replaced or added. */
    public static Path with(Path model, String name, byte[] content) throws IOException {
        Map<String, byte[]> entries = entries(model);
        entries.put(name, content);
        Path copy = model.resolveSibling("changed-" + System.nanoTime() + ".zip");
        write(copy, entries);
        return copy;
    }

    static byte[] serialized(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }
}
