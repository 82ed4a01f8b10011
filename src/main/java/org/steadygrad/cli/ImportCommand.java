package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad import}. */
@Command(
        name = "import",
        description = "Reads a model of another library, exactly or not at all.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad import model.keras --out runs/mine",
            "  steadygrad import new.weights.h5 --like model.keras --out runs/mine",
            "  steadygrad predict runs/mine --data x.npz --out y.npz",
            "  steadygrad check model.keras runs/mine --inputs x.npz"
        })
final class ImportCommand implements Runnable {
    @Parameters(
            paramLabel = "FILE",
            description = "The model: FILE.keras, FILE.h5, FILE.onnx; with --like also FILE.pt, FILE.safetensors.")
    private Path file;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to write model.zip into; the model must not be there yet.")
    private Path out;

    @Option(
            names = "--like",
            paramLabel = "FILE",
            description = "A model with the same layers, for files that have weights alone.")
    private Path like;

    @Option(names = "--report", description = "List every key of the file and what became of it.")
    private boolean report;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (Files.exists(out.resolve("model.zip"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--out: expected a folder without a model, got " + out
                            + ", which has a model.zip. Take another folder, or remove it.");
        }
        ForeignModel model = read(Given.existing("FILE", file), like);
        ImportedModel imported = ImportedModel.of(model);
        try {
            imported.save(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PrintWriter text = spec.commandLine().getOut();
        if (report) {
            model.report().outcomes().forEach((key, outcome) -> text.printf("%s: %s%n", key, outcome));
        }
        text.printf(
                "%s: %s, %d parameters%n",
                out, model.format(), imported.network().numParams());
        for (NeutralGraph.Input input : imported.inputs()) {
            boolean plain = input.layout().equals(Layout.PLAIN);
            String axes = plain ? "" : ", given as " + input.layout();
            text.printf("  input %s: %s%s%n", input.name(), input.shape(), axes);
        }
        text.printf("  outputs: %s%n", String.join(", ", imported.outputNames()));
        text.println("  computes the same as the file on random inputs, to rounding");
        imported.notes().forEach(note -> text.println("  " + note));
        text.flush();
    }

    /** @param like null if it isn't given */
    static ForeignModel read(Path file, Path like) {
        Optional<Architecture> architecture = Optional.ofNullable(like)
                .map(path -> new Architecture(
                        Models.read(Given.existing("--like", path)).graph(), path.toString()));
        return Models.read(file, architecture);
    }
}
