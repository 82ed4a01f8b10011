package org.steadygrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import org.steadygrad.exchange.Architecture;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad export}. */
@Command(
        name = "export",
        description = "Writes a model's file in another format, exactly or not at all.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad export model.keras model.onnx",
            "",
            "What is written is read back and compared with the model on random inputs before it is put in its place."
        })
final class ExportCommand implements Runnable {
    private static final double ROUNDING = 1e-6;

    @Parameters(index = "0", paramLabel = "MODEL", description = "The model's file.")
    private Path model;

    @Parameters(index = "1", paramLabel = "FILE", description = "What to write; the end of its name tells the format.")
    private Path target;

    @Option(
            names = "--like",
            paramLabel = "FILE",
            description = "A model with the same layers, for files that have weights alone.")
    private Path like;

    @Option(names = "--force", description = "Replace the file if it is there.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (Files.exists(target) && !force) {
            throw new ParameterException(
                    spec.commandLine(), "FILE: " + target + " is there already. Take another name, or --force.");
        }
        ForeignModel read = ImportCommand.read(Given.existing("MODEL", model), like);
        double difference = write(read.graph());
        PrintWriter text = spec.commandLine().getOut();
        text.printf(
                Locale.ROOT,
                "%s: from %s, largest difference on random inputs %.3g%n",
                target,
                read.format(),
                difference);
        text.flush();
    }

    private double write(NeutralGraph graph) {
        Path whole = target.toAbsolutePath();
        try {
            Path folder = Files.createTempDirectory(whole.getParent(), ".export");
            Path written = folder.resolve(whole.getFileName());
            try {
                Models.write(graph, written);
                Architecture same = new Architecture(graph, model.toString());
                double difference = Models.difference(
                        graph, Models.read(written, Optional.of(same)).graph());
                if (difference > ROUNDING) {
                    throw new ForeignModelException(target + ": what was written differs from the model by "
                            + difference + " on random inputs, so it isn't kept. Please report it.");
                }
                Files.move(written, whole, StandardCopyOption.REPLACE_EXISTING);
                return difference;
            } finally {
                Files.deleteIfExists(written);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
