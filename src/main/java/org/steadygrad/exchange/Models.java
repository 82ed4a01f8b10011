package org.steadygrad.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.exchange.network.ProofInputs;

/** Reads and writes networks of other libraries. Formats are found by {@link ServiceLoader}. */
public final class Models {
    private static final int HEAD_BYTES = 512;

    private Models() {}

    /** All formats there are. */
    public static List<ModelFormat> formats() {
        return ServiceLoader.load(ModelFormat.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    /**
     * Reads a network.
     *
     * @throws ForeignModelException if the file is of no format that is known, is damaged, or holds something that can't be had exactly
     */
    public static ForeignModel read(Path file) {
        return read(file, Optional.empty());
    }

    /**
     * Reads a network, or weights for one.
     *
     * @param like the network, for files that have weights alone
     * @throws ForeignModelException as {@link #read(Path)}
     */
    public static ForeignModel read(Path file, Optional<Architecture> like) {
        try {
            return format(file).read(file, like);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a network from a stream, by way of a temporary file.
     *
     * @param name of the file it would be: its end tells the format where the content doesn't
     * @throws ForeignModelException as {@link #read(Path)}
     */
    public static ForeignModel read(InputStream content, String name) throws IOException {
        Path folder = Files.createTempDirectory("steadygrad-model");
        Path file = folder.resolve(Path.of(name).getFileName());
        try {
            Files.copy(content, file);
            return read(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private static ModelFormat format(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            String what = Files.isDirectory(file) ? "it is a folder" : "there is no such file";
            throw new ForeignModelException(file + ": expected a model file, but " + what + ". Check the path.");
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD_BYTES);
        }
        return formats().stream()
                .filter(format -> format.recognises(file.getFileName(), head))
                .findFirst()
                .orElseThrow(() -> new ForeignModelException(file + ": expected a model file (" + names()
                        + "), got one that begins like none of them. Check the path."));
    }

    private static String names() {
        return formats().stream()
                .map(format -> format.name() + ": " + String.join(", ", format.suffixes()))
                .collect(Collectors.joining("; "));
    }

    /**
     * Writes a network, whole or not at all.
     *
     * @param file replaced if it exists; its name tells the format
     * @throws ForeignModelException if there is no such format, or the format can't say what the network does
     */
    public static void write(NeutralGraph graph, Path file) {
        requireWritable(graph, file);
        try {
            formatOfName(file.getFileName().toString()).write(graph, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Looks whether a network can be written, without writing it.
     *
     * @param file its name tells the format
     * @throws ForeignModelException if there is no such format, or the format can't say what the network does
     */
    public static void requireWritable(NeutralGraph graph, Path file) {
        ModelFormat format = formatOfName(file.getFileName().toString());
        List<String> obstacles = format.obstacles(graph);
        if (!obstacles.isEmpty()) {
            throw new ForeignModelException(file + ": " + format.name() + " can't say exactly what the network does. "
                    + String.join(" ", obstacles));
        }
        format.written(graph, file);
    }

    /**
     * Writes a network of DL4J, whole or not at all; for what else can be said of it, see {@link TrainedNetwork}.
     *
     * @param network sequences of the file are [batch, time, size] and have no padding
     * @param file replaced if it exists; its name tells the format
     * @throws ForeignModelException if there is no such format, or the network has something that it can't say
     */
    public static void write(ComputationGraph network, Path file) {
        write(TrainedNetwork.of(network).graph(), file);
    }

    /**
     * Writes a network to a stream, by way of a temporary file.
     *
     * @param name of the file it would be; its end tells the format
     * @throws ForeignModelException as {@link #write(NeutralGraph, Path)}
     */
    public static void write(NeutralGraph graph, OutputStream target, String name) throws IOException {
        Path folder = Files.createTempDirectory("steadygrad-model");
        Path file = folder.resolve(Path.of(name).getFileName());
        try {
            write(graph, file);
            Files.copy(file, target);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    /**
     * The network that a file of this name has once a network was written into it, which may be another form of it, such as one for streams.
     *
     * @throws ForeignModelException if there is no such format or form
     */
    public static NeutralGraph written(NeutralGraph graph, Path file) {
        return formatOfName(file.getFileName().toString()).written(graph, file);
    }

    private static ModelFormat formatOfName(String name) {
        return formats().stream()
                .filter(format -> format.suffixes().stream().anyMatch(name::endsWith))
                .findFirst()
                .orElseThrow(() -> new ForeignModelException(
                        name + ": expected the name of a model file (" + names() + "). Name it accordingly."));
    }

    /**
     * Computes both networks in double on random inputs, with padding at the end, in front, within and everywhere.
     *
     * @param other its inputs and outputs are taken in the order of the first's
     * @return the largest difference of two numbers, relative to the largest number of their output or 1; infinite if shapes or numbers that aren't
     *     finite differ
     */
    public static double difference(NeutralGraph graph, NeutralGraph other) {
        if (graph.inputs().size() != other.inputs().size()
                || graph.outputs().size() != other.outputs().size()) {
            return Double.POSITIVE_INFINITY;
        }
        Map<String, Tensor> given = ProofInputs.of(graph);
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        for (int i = 0; i < graph.inputs().size(); i++) {
            renamed.put(
                    other.inputs().get(i).name(),
                    given.get(graph.inputs().get(i).name()));
        }
        List<Tensor> left = List.copyOf(new GraphEvaluator(graph).outputs(given).values());
        List<Tensor> right =
                List.copyOf(new GraphEvaluator(other).outputs(renamed).values());
        double largest = 0;
        for (int i = 0; i < left.size(); i++) {
            largest = Math.max(largest, difference(left.get(i), right.get(i)));
        }
        return largest;
    }

    private static double difference(Tensor left, Tensor right) {
        if (!Arrays.equals(left.shape(), right.shape())) {
            return Double.POSITIVE_INFINITY;
        }
        double size = 1;
        double largest = 0;
        for (int i = 0; i < left.values().length; i++) {
            double a = left.values()[i];
            double difference = Double.compare(a, right.values()[i]) == 0 ? 0 : Math.abs(a - right.values()[i]);
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
            size = Double.isFinite(a) ? Math.max(size, Math.abs(a)) : size;
            if (Double.isInfinite(largest)) {
                return largest;
            }
        }
        return largest / size;
    }
}
