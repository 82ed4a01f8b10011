package org.steadygrad.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import picocli.CommandLine.Option;

/** Options of commands that read a run file and may change what it says. */
final class RunFileOptions {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a key of the run file, for example training.epochs=3. May be given several times.")
    private List<String> changes = new ArrayList<>();

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "auto, or an engine that doctor lists, cuda:1 being the second GPU; overrides the run file.")
    private String engine;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads on the CPU, one per physical core by default; overrides the run file.")
    private Integer threads;

    /** What {@code --set} was given, in the order given. */
    List<String> changes() {
        return List.copyOf(changes);
    }

    /** @param run a run file, or a built-in one's name */
    RunSpec read(String run) {
        return RunFileArgument.read(run, overrides());
    }

    /** @param run the run file that a run left in its folder */
    RunSpec readSaved(Path run) {
        return RunFiles.readSaved(run, overrides());
    }

    private List<String> overrides() {
        List<String> all = new ArrayList<>(changes);
        if (engine != null) {
            all.add("engine=" + Given.engine(engine));
        }
        if (threads != null) {
            all.add("threads=" + Given.threads(threads));
        }
        return all;
    }
}
