package org.steadygrad.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.steadygrad.exchange.graph.NeutralGraph;

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
        ModelFormat format = formatOfName(file.getFileName().toString());
        List<String> obstacles = format.obstacles(graph);
        if (!obstacles.isEmpty()) {
            throw new ForeignModelException(file + ": " + format.name() + " can't say exactly what the network does. "
                    + String.join(" ", obstacles));
        }
        try {
            format.write(graph, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static ModelFormat formatOfName(String name) {
        return formats().stream()
                .filter(format -> format.suffixes().stream().anyMatch(name::endsWith))
                .findFirst()
                .orElseThrow(() -> new ForeignModelException(
                        name + ": expected the name of a model file (" + names() + "). Name it accordingly."));
    }
}
