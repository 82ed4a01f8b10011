package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.steadygrad.spec.yaml.Examples;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad examples}. */
@Command(
        name = "examples",
        description = "Lists the built-in run files, or prints one to start your own from.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad examples",
            "  steadygrad examples adding-gru > mine.yaml",
            "  steadygrad train adding-gru"
        })
final class ExamplesCommand implements Runnable {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "The run file to print.")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            for (String example : Examples.names()) {
                out.printf(Locale.ROOT, "%-20s %s%n", example, Examples.description(example));
            }
        } else {
            out.print(Examples.text(name));
        }
        out.flush();
    }
}
