package org.steadygrad.cli;

import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import picocli.CommandLine.Option;

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

    EngineRequest request() {
        Integer count = Given.threads(threads);
        return EngineRequest.of(Given.engine(engine), count == null ? 0 : count);
    }
}
