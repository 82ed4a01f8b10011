package org.steadygrad.exchange.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ModelFormat;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.array.NamedArrays;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.safetensors.SafetensorsReader;
import org.steadygrad.exchange.safetensors.SafetensorsWriter;
import org.steadygrad.model.AtomicFile;

/**
 * State dicts in safetensors files, as PyTorch's models are published. Libraries sort names, so that the file doesn't keep the order of modules; what is
 * written here says it in its metadata. Beside the weights a Python file with the module is written, {@code model.py} for {@code model.safetensors}.
 */
public final class SafetensorsFormat implements ModelFormat {
    private static final String SUFFIX = ".safetensors";
    private static final String MODULES = "modules";

    @Override
    public String name() {
        return "safetensors";
    }

    @Override
    public List<String> suffixes() {
        return List.of(SUFFIX);
    }

    @Override
    public boolean recognises(Path file, byte[] head) {
        return file.toString().endsWith(SUFFIX);
    }

    @Override
    public ForeignModel read(Path file, Optional<Architecture> like) throws IOException {
        return StateDictReading.foreign(() -> {
            NamedArrays content = SafetensorsReader.read(file);
            ReadReport report = new ReadReport();
            content.metadata().forEach((key, value) -> report.tell("__metadata__/" + key, value));
            Map<String, StoredArray> ordered = ordered(content);
            // a list that isn't that of the file's modules says nothing of their order
            boolean whole = ordered.size() == content.arrays().size();
            return StateDictReading.model(file, whole ? ordered : content.arrays(), whole, like, name(), report);
        });
    }

    /** Arrays of the modules that the metadata list, in that order. */
    private static Map<String, StoredArray> ordered(NamedArrays content) {
        Map<String, StoredArray> ordered = new LinkedHashMap<>();
        for (String listed : content.metadata().getOrDefault(MODULES, "").split(",")) {
            boolean reversed = listed.endsWith(TorchCode.REVERSED);
            String module = listed.substring(0, listed.length() - (reversed ? TorchCode.REVERSED.length() : 0));
            content.arrays().forEach((name, array) -> {
                if (name.startsWith(module + ".")) {
                    ordered.put(reversed ? name + "_reverse" : name, array);
                }
            });
        }
        return ordered;
    }

    @Override
    public List<String> obstacles(NeutralGraph graph) {
        return TorchObstacles.of(graph);
    }

    @Override
    public void write(NeutralGraph graph, Path file) throws IOException {
        String name = file.getFileName().toString();
        TorchCode.Written written = TorchCode.of(graph, name);
        Map<String, String> metadata = new LinkedHashMap<>(graph.metadata());
        metadata.put("format", "pt");
        metadata.put(MODULES, String.join(",", written.modules()));
        AtomicFile.write(file, out -> SafetensorsWriter.write(new NamedArrays(written.state(), metadata), out));
        String stem = name.substring(0, name.length() - SUFFIX.length());
        AtomicFile.write(
                file.resolveSibling(stem + ".py"),
                out -> out.write(written.text().getBytes(StandardCharsets.UTF_8)));
    }
}
