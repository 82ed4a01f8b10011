package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.forensics.ReplayBundle;
import org.steadygrad.forensics.Reproduction;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad replay}. */
@Command(
        name = "replay",
        description =
                "Runs a step again that wasn't finite, and names the first tensor, layer, time step and the likely"
                        + " cause.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad replay runs/mine/replay/iteration-137.zip",
            "  steadygrad replay runs/mine/replay/iteration-137.zip --engine dl4j",
            "",
            "Exit code 0: the same was found as in the run; 1: something else, or nothing."
        })
final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "BUNDLE", description = "A file in the folder replay of a run's folder.")
    private Path bundle;

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "An engine that doctor lists; by default the one that the step ran on, in its precision.")
    private String engine;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        ReplayBundle read = ReplayBundle.read(Given.existing("BUNDLE", bundle));
        Reproduction result = read.replay(engine == null ? read.request() : EngineRequest.of(Given.engine(engine)));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(result));
        } else {
            print(out, read, result);
        }
        out.flush();
        return result.reproduced() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static void print(PrintWriter out, ReplayBundle bundle, Reproduction result) {
        out.printf(
                Locale.ROOT,
                "step %d (epoch %d, batch %d), on engine %s in %s%n",
                result.iteration(),
                bundle.step().position().epoch(),
                bundle.step().position().batch(),
                result.engine(),
                result.precision());
        row(out, "loss", String.valueOf(result.found().loss()));
        row(out, "found", result.found().words());
        row(out, "cause", result.found().cause());
        if (result.reproduced()) {
            row(out, "reproduced", "yes: tensor, layer, time step and cause are those of the run");
        } else {
            row(out, "reproduced", "no");
            row(
                    out,
                    "in the run",
                    result.recorded().words() + " (" + result.recorded().cause() + ")");
            row(out, "why", result.why());
        }
    }

    private static void row(PrintWriter out, String name, String text) {
        int indent = 14;
        String[] lines = Terminal.wrap(text, Terminal.width() - indent).split("\\R");
        out.printf(Locale.ROOT, "  %-" + (indent - 2) + "s%s%n", name, lines[0]);
        for (int i = 1; i < lines.length; i++) {
            out.println(" ".repeat(indent) + lines[i]);
        }
    }
}
