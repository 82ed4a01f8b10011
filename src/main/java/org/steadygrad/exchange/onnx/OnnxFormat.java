package org.steadygrad.exchange.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ModelFormat;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.model.AtomicFile;

/**
 * {@code .onnx} files. What is written has operators of version 20 and is for inference; a name that ends in {@code .stream.onnx} asks for the form in which
 * the states of recurrent layers are inputs and outputs ({@link Streaming}).
 */
public final class OnnxFormat implements ModelFormat {
    private static final String STREAM = ".stream.onnx";

    @Override
    public String name() {
        return "ONNX";
    }

    @Override
    public List<String> suffixes() {
        return List.of(".onnx");
    }

    /** Messages have no mark by which they are known: it is the name. */
    @Override
    public boolean recognises(Path file, byte[] head) {
        return file.toString().endsWith(".onnx");
    }

    /** {@inheritDoc} @param like isn't looked at: the file has its own network */
    @Override
    public ForeignModel read(Path file, Optional<Architecture> like) throws IOException {
        return OnnxReader.read(file);
    }

    @Override
    public List<String> obstacles(NeutralGraph graph) {
        return OnnxObstacles.of(graph);
    }

    @Override
    public NeutralGraph written(NeutralGraph graph, Path file) {
        if (!file.toString().endsWith(STREAM)) {
            return graph;
        }
        List<String> obstacles = Streaming.obstacles(graph);
        if (!obstacles.isEmpty()) {
            throw new ForeignModelException(file + ": can't be a stream. " + String.join(" ", obstacles));
        }
        return Streaming.of(graph);
    }

    @Override
    public void write(NeutralGraph graph, Path file) throws IOException {
        byte[] bytes = OnnxWriter.write(written(graph, file));
        AtomicFile.write(file, out -> out.write(bytes));
    }
}
