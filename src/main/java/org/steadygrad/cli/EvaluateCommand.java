package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.train.SavedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad evaluate}. */
@Command(
        name = "evaluate",
        description = "Evaluates a trained model on the validation data of its run file, or on other data.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad evaluate runs/adding-gru",
            "  steadygrad evaluate runs/book --set data.path=other.txt --set data.validation=0.5",
            "  steadygrad evaluate runs/book/checkpoints/best.zip --json",
            "",
            "Vocabulary and scaling are those fitted in training; data that don't fit them are an error."
        })
final class EvaluateCommand implements Runnable {
    @Parameters(paramLabel = "RUN", description = "A run's folder, or a model file in it.")
    private Path run;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a key of the run file, for example data.path=FILE. May be given several times.")
    private List<String> changes = new ArrayList<>();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Map<String, Double> metrics = SavedRun.read(run).evaluate(changes, engine.request());
        metrics.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw InvalidInputException.of(
                        "evaluate " + run,
                        "a finite " + name,
                        value,
                        "Something in the model overflows: look at its weights and at the data's scale.");
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(metrics));
        } else {
            metrics.forEach((name, value) -> out.printf(Locale.ROOT, "%-18s %.6g%n", name, value));
        }
        out.flush();
    }
}
