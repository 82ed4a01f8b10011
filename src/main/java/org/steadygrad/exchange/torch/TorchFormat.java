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
import org.steadygrad.exchange.graph.NeutralGraph;

/** State dicts and checkpoints that {@code torch.save} wrote. They are read only: PyTorch reads safetensors, which hold no program. */
public final class TorchFormat implements ModelFormat {
    private static final List<String> SUFFIXES = List.of(".pt", ".pth", ".ckpt");

    @Override
    public String name() {
        return "PyTorch";
    }

    @Override
    public List<String> suffixes() {
        return SUFFIXES;
    }

    @Override
    public boolean recognises(Path file, byte[] head) {
        return SUFFIXES.stream().anyMatch(file.toString()::endsWith);
    }

    @Override
    public ForeignModel read(Path file, Optional<Architecture> like) throws IOException {
        return StateDictReading.foreign(() -> {
            TorchCheckpoint checkpoint = TorchCheckpoint.read(file);
            ReadReport report = new ReadReport();
            checkpoint.rest().forEach((key, what) -> report.tell(key, what + ", not taken over"));
            if (checkpoint.rest().keySet().stream().anyMatch(key -> key.startsWith("optim"))) {
                report.note("The optimizer's state in " + file + " isn't taken over; training starts it anew.");
            }
            return StateDictReading.model(file, checkpoint.weights(), true, like, name(), report);
        });
    }

    @Override
    public List<String> obstacles(NeutralGraph graph) {
        return List.of("Its files are Python programs; write .safetensors, which PyTorch reads.");
    }

    @Override
    public void write(NeutralGraph graph, Path file) {
        throw new ForeignModelException(file + ": " + obstacles(graph).get(0));
    }
}
