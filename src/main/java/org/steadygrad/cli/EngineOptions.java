package org.steadygrad.cli;

import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of commands that run a trained model. */
final class EngineOptions {
    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "auto, or an engine that doctor lists; cuda:1 is the second GPU.")
    private String engine = Engines.AUTO;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads on the CPU; one per physical core by default.")
    private Integer threads;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    EngineRequest request() {
        if (threads != null && threads < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--threads: expected a number above 0, got " + threads + ".");
        }
        return EngineRequest.of(engine, threads == null ? 0 : threads);
    }
}
