package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.train.SavedRun;
import org.steadygrad.train.TextGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad generate}. */
@Command(
        name = "generate",
        description = "Writes text in the manner of what a character model was trained on.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad generate runs/book",
            "  steadygrad generate runs/book --prompt 'It was ' --length 1000 --temperature 0.6 --seed 3",
            "",
            "The same seed, model and options give the same text."
        })
final class GenerateCommand implements Runnable {
    @Parameters(paramLabel = "RUN", description = "A run's folder, or a model file in it.")
    private Path run;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description =
                    "What the text continues; by default a line break, or a space if the model knows none. Its characters must be known to the model.")
    private String prompt;

    @Option(names = "--length", paramLabel = "N", description = "Characters to write (default: ${DEFAULT-VALUE}).")
    private int length = 500;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description =
                    "Below 1 keeps to likelier characters, 0 always takes the likeliest (default: ${DEFAULT-VALUE}).")
    private double temperature = 0.8;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the choice (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Mixin
    private EngineOptions engineOptions = new EngineOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        EngineRequest request = engineOptions.request();
        SavedRun saved = SavedRun.read(Given.existing("RUN", run));
        try (Engine engine = saved.openEngine(request)) {
            TextGenerator generator = new TextGenerator(engine, saved.artifact(), temperature, seed);
            String start = prompt == null ? generator.defaultPrompt() : prompt;
            String text = generator.continueText(start, length);
            // to a file or another program the text goes as it is
            PrintWriter out = Terminal.isTerminal() ? spec.commandLine().getOut() : TerminalWriter.raw(System.out);
            out.println(start.isBlank() ? text : start + text);
            out.flush();
        }
    }
}
