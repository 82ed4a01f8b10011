package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.TrainedNetwork;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.train.SavedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad export}. */
@Command(
        name = "export",
        description = "Writes a run's network, or a model's file, in another format, exactly or not at all.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad export runs/weather model.onnx --check",
            "  steadygrad export runs/weather model.stream.onnx     # states in and out, for sequences that come piece by piece",
            "  steadygrad export runs/weather model.safetensors     # and model.py, the PyTorch module",
            "  steadygrad export model.keras model.onnx",
            "",
            "A run's file takes and gives the units of its data. What is written is read back and compared with the model on random inputs before it",
            "is put in its place; --check compares it with predictions of the run besides."
        })
final class ExportCommand implements Runnable {
    private static final double ROUNDING = 1e-6;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A run's folder, the folder of an imported model, or a model's file.")
    private Path model;

    @Parameters(index = "1", paramLabel = "FILE", description = "What to write; the end of its name tells the format.")
    private Path target;

    @Option(
            names = "--like",
            paramLabel = "FILE",
            description = "A model with the same layers, for files that have weights alone.")
    private Path like;

    @Option(
            names = "--unscaled",
            description = "Of a run: the network alone, without the scaling of inputs and targets.")
    private boolean unscaled;

    @Option(
            names = "--check",
            description = "Of a run: compare predictions of the file and the run; refused above 1e-5 of their size.")
    private boolean check;

    @Option(names = "--force", description = "Replace the file if it is there.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    /** @param run where the network is one of a run */
    private record Source(NeutralGraph graph, String from, List<String> notes, Optional<SavedRun> run) {}

    @Override
    public void run() {
        if (Files.exists(target) && !force) {
            throw new ParameterException(
                    spec.commandLine(), "FILE: " + target + " is there already. Take another name, or --force.");
        }
        Source source = source(Given.existing("MODEL", model));
        if (source.run().isEmpty() && (unscaled || check)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (check ? "--check" : "--unscaled") + ": is for runs, and " + model
                            + " is none. What is written is compared with it in any case.");
        }
        if (check && unscaled) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--check: compares in the units of the run's data, which --unscaled leaves out.");
        }
        Models.requireWritable(source.graph(), target);
        PrintWriter text = spec.commandLine().getOut();
        write(source, text);
        source.notes().forEach(note -> text.println("  " + note));
        text.flush();
    }

    private Source source(Path path) {
        if (ImportedModel.isAt(path)) {
            ImportedModel imported = ImportedModel.read(path);
            return new Source(imported.graph(), imported.format(), imported.notes(), Optional.empty());
        }
        if (Files.isDirectory(path) || path.toString().endsWith(".zip")) {
            SavedRun run = SavedRun.read(path);
            TrainedNetwork trained = unscaled
                    ? TrainedNetwork.unscaled(run.model(), run.description(), run.artifact())
                    : TrainedNetwork.of(run.model(), run.description(), run.artifact());
            return new Source(trained.graph(), "a run", trained.notes(), Optional.of(run));
        }
        ForeignModel read = ImportCommand.read(path, like);
        return new Source(read.graph(), read.format(), List.of(), Optional.empty());
    }

    private void write(Source source, PrintWriter text) {
        Path whole = target.toAbsolutePath();
        try {
            Path folder = Files.createTempDirectory(whole.getParent(), ".export");
            Path written = folder.resolve(whole.getFileName());
            try {
                Models.write(source.graph(), written);
                NeutralGraph same = Models.written(source.graph(), written);
                Architecture like = new Architecture(same, model.toString());
                NeutralGraph read = Models.read(written, Optional.of(like)).graph();
                double difference = Models.difference(same, read);
                if (difference > ROUNDING) {
                    throw new ForeignModelException(target + ": what was written differs from the model by "
                            + difference + " on random inputs, so it isn't kept. Please report it.");
                }
                text.printf(
                        Locale.ROOT,
                        "%s: from %s, largest difference on random inputs %.3g%n",
                        target,
                        source.from(),
                        difference);
                if (check) {
                    text.println("  " + new ExportCheck(source.run().orElseThrow(), read).words());
                }
                move(folder, whole.getParent());
            } finally {
                remove(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Further files that a format has, such as a program, come with it. */
    private void move(Path from, Path to) throws IOException {
        List<Path> files = files(from);
        for (Path file : files) {
            Path there = to.resolve(file.getFileName());
            if (Files.exists(there) && !force) {
                throw new ParameterException(
                        spec.commandLine(),
                        "FILE: " + there + ", which comes with " + target
                                + ", is there already. Take another name, or --force.");
            }
        }
        for (Path file : files) {
            Files.move(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void remove(Path folder) throws IOException {
        for (Path file : files(folder)) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
