package org.steadygrad.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.steadygrad.check.Nearest;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.Examples;
import org.steadygrad.spec.yaml.RunFiles;

/** Reads what a command was given as a run: a file, or the name of a built-in run file. */
final class RunFileArgument {
    private RunFileArgument() {}

    /** @param overrides changes of the form {@code key=value} */
    static RunSpec read(String argument, List<String> overrides) {
        Path path = Path.of(argument);
        if (Files.exists(path)) {
            return RunFiles.read(path, overrides);
        }
        if (Examples.names().contains(argument)) {
            return RunFiles.parse(Examples.text(argument), "built-in run file " + argument, overrides);
        }
        String hint = Nearest.to(argument, Examples.names())
                .map(n -> "Did you mean " + n + "?")
                .orElse("The command examples lists the built-in ones.");
        throw UsageException.because(
                "RUN",
                "a run file, or one of " + String.join(", ", Examples.names()),
                argument,
                "There is no such file. " + hint);
    }
}
