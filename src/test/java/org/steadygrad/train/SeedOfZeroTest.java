package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.model.ModelFile;
import org.steadygrad.spec.RunSpec;

/** A seed of 0 is a seed like any other, though ND4J takes it as a wish for the time of day. */
class SeedOfZeroTest {
    private static final String RUN =
            """
            name: zero
            seed: 0
            data: {kind: adding, length: 4, examples: 30, validationExamples: 10}
            model:
              lsuv: true
              layers:
                - dense: {units: 5, activation: tanh, dropout: 0.2}
                - lstm: {units: 4, dropout: 0.3, chrono: 4}
                - gru: {units: 4}
            training: {batch: 7, epochs: 2, updater: {adam: {learningRate: 0.01}}}
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void runsRepeat(String engine) throws IOException {
        RunSpec run = TinyRun.spec(RUN, "engine=" + engine);
        for (String name : new String[] {"one", "other"}) {
            TinyRun.trainer(run, TinyRun.source(run), folder.resolve(name)).run();
        }
        assertEquals(TinyRun.timelessMetrics(folder.resolve("one")), TinyRun.timelessMetrics(folder.resolve("other")));
        assertEquals(
                ModelFile.read(folder.resolve("one/model.zip")).graph().params(),
                ModelFile.read(folder.resolve("other/model.zip")).graph().params());
    }
}
