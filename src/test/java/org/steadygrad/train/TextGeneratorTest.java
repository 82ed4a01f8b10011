package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.RunSpec;

class TextGeneratorTest {
    private static final String RUN =
            """
            name: letters
            data: {kind: text, path: '%s', sequenceLength: 6, validation: 0}
            model: {layers: [gru: {units: 3}, output: {}]}
            training: {batch: 4, epochs: 1, updater: {sgd: {learningRate: 0.01}}}
            """;

    @TempDir
    Path folder;

    private Path train(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("text.txt"), text);
        RunSpec run = TinyRun.spec(RUN.formatted(file));
        Path out = folder.resolve("run");
        Runs.train(run, new Runs.Options(out, false, RunListener.NONE, new StopSignal()));
        return out;
    }

    /** A text begins after a line break, where the model knows one. */
    @ParameterizedTest
    @CsvSource({"'cab\ncab', '\n'", "'c ab', ' '", "'cab', 'a'"})
    void startsWithWhatTheModelKnows(String pattern, String prompt) throws IOException {
        SavedRun saved = SavedRun.read(train(pattern.repeat(20)));
        try (Engine engine = saved.openEngine(EngineRequest.of("cpu"))) {
            TextGenerator generator = new TextGenerator(engine, saved.artifact(), 0.8, 1);
            assertEquals(prompt, generator.defaultPrompt());
            assertEquals(
                    12, generator.continueText(generator.defaultPrompt(), 12).length());
        }
    }

    /** A model file whose vocabulary is another text's is of no use, even where every prompt can be encoded. */
    @Test
    void vocabularyOfAnotherModelIsRefused() throws IOException {
        Path file = train("cab".repeat(20)).resolve("model.zip");
        ModelFile.Content content = ModelFile.read(file);
        Map<String, byte[]> entries = new LinkedHashMap<>(content.entries());
        String data = new String(entries.get("data.json"), StandardCharsets.UTF_8);
        assertTrue(data.contains("[\"a\",\"b\",\"c\"]"), data);
        entries.put(
                "data.json",
                data.replace("[\"a\",\"b\",\"c\"]", "[\"a\",\"b\",\"c\",\"d\"]").getBytes(StandardCharsets.UTF_8));
        ModelFile.write(file, content.graph(), entries);
        String message = assertThrows(ModelFileException.class, () -> SavedRun.read(file))
                .getMessage();
        assertTrue(message.contains("doesn't fit its network"), message);
    }
}
