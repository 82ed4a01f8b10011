package org.steadygrad.exchange.torch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ModelFormat;
import org.steadygrad.exchange.ReadReport;
import org.steadygrad.exchange.array.NamedArrays;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.safetensors.SafetensorsReader;

/** State dicts in safetensors files, as PyTorch's models are published. The format sorts names, so that it doesn't keep the order of modules. */
public final class SafetensorsFormat implements ModelFormat {
    @Override
    public String name() {
        return "safetensors";
    }

    @Override
    public List<String> suffixes() {
        return List.of(".safetensors");
    }

    @Override
    public boolean recognises(Path file, byte[] head) {
        return file.toString().endsWith(".safetensors");
    }

    @Override
    public ForeignModel read(Path file, Optional<Architecture> like) throws IOException {
        return StateDictReading.foreign(() -> {
            NamedArrays content = SafetensorsReader.read(file);
            ReadReport report = new ReadReport();
            content.metadata().forEach((key, value) -> report.tell("__metadata__/" + key, value));
            return StateDictReading.model(file, content.arrays(), false, like, name(), report);
        });
    }

    @Override
    public List<String> obstacles(NeutralGraph graph) {
        return List.of("State dicts are read only.");
    }

    @Override
    public void write(NeutralGraph graph, Path file) {
        throw new ForeignModelException(file + ": " + obstacles(graph).get(0));
    }
}
