package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.tensorboard.TensorBoard;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** Whether anybody watches a run makes no difference to it. */
@Timeout(120)
class WatchedRunTest {
    private static final String YAML =
            """
            name: watched
            data: {kind: adding, length: 7, examples: 170, validationExamples: 17}
            model: {layers: [gru: {units: 9, dropout: 0.1}]}
            training: {batch: 17, epochs: 3, validateEvery: 3}
            health: {every: 2, histograms: 3}
            """;

    @TempDir
    Path folder;

    private static RunResult train(Path out, RunListener observer) {
        RunSpec run = RunFiles.parse(YAML, "watched.yaml");
        return Runs.train(run, new Runs.Options(out, false, observer, new StopSignal()));
    }

    /** A file's rows without the times. */
    private static List<JsonNode> rows(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            ObjectNode row = (ObjectNode) new ObjectMapper().readTree(line);
            rows.add(row.without("seconds"));
        }
        return rows;
    }

    @Test
    void numbersAreTheSameToTheBit() throws Exception {
        Path alone = folder.resolve("alone");
        RunResult unwatched = train(alone, RunListener.NONE);
        Path watched = folder.resolve("watched");
        RunResult result;
        LivePage.Run run = new LivePage.Run("watched", YAML, watched);
        LivePage.Settings settings = new LivePage.Settings(0, Optional.empty(), Optional.empty());
        Pace quick = new Pace(Duration.ofMillis(1), 0, Duration.ofMillis(1));
        JsonNode last;
        try (LivePage live = LivePage.open(settings, run, quick);
                TensorBoard board = new TensorBoard(folder.resolve("events"), false, YAML);
                Events client = new Events(live.url())) {
            result = train(watched, RunListener.all(List.of(live.listener(), board)));
            last = client.untilTheEnd();
        }
        assertEquals(rows(alone.resolve("metrics.jsonl")), rows(watched.resolve("metrics.jsonl")));
        assertEquals(rows(alone.resolve("health.jsonl")), rows(watched.resolve("health.jsonl")));
        assertArrayEquals(
                ModelFile.read(alone.resolve("model.zip")).graph().params().toFloatVector(),
                ModelFile.read(watched.resolve("model.zip")).graph().params().toFloatVector());
        assertEquals(unwatched.validation(), result.validation());
        assertEquals("finished", last.get("state").asText());
        assertEquals(result.iterations(), last.at("/progress/iteration").asInt());
        assertEquals(
                result.validation().get("loss"),
                last.at("/outcome/validation/loss").asDouble(),
                1e-3);
        assertTrue(last.at("/layers/columns").size() > 5, "the full looks");
    }
}
