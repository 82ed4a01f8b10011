package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;
import org.steadygrad.model.ModelZips;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.checkpoint.CheckpointStore;
import org.steadygrad.train.checkpoint.TrainingState;
import org.steadygrad.train.guard.Guard;
import org.steadygrad.train.guard.OnlineCures;
import org.steadygrad.train.guard.SnapshotInfo;

class CheckpointStoreTest {
    private static final String YAML =
            """
            data: {kind: adding, length: 3, examples: 8, validationExamples: 1}
            model: {layers: [rnn: {units: 3}]}
            """;

    @TempDir
    Path folder;

    private static ComputationGraph model() {
        RunSpec run = TinyRun.spec(YAML);
        return Runs.buildModel(run, TinyRun.source(run));
    }

    /** A verified-good checkpoint is older than all that are kept, since the later ones were written while losses jumped. */
    @Test
    void verifiedGoodCheckpointIsNeverRemoved() throws IOException {
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
        CheckpointStore store = new CheckpointStore(checkpoints, 2, Map.of());
        ComputationGraph graph = model();
        for (int iteration = 1; iteration <= 7; iteration++) {
            store.write(graph, state(iteration), Optional.empty(), iteration == 2);
        }
        assertEquals(
                List.of("iteration-00000002.zip", "iteration-00000006.zip", "iteration-00000007.zip"),
                TinyRun.checkpointNames(folder));
        store.write(graph, state(8), Optional.empty(), true);
        assertEquals(List.of("iteration-00000007.zip", "iteration-00000008.zip"), TinyRun.checkpointNames(folder));
    }

    private static TrainingState state(int iteration) {
        return new TrainingState(
                iteration,
                TrainingCounts.NONE,
                iteration,
                0,
                iteration,
                0,
                0,
                0,
                Guard.State.START,
                Map.of(),
                new SnapshotInfo(iteration, iteration, Map.of()),
                List.of(),
                List.of(),
                0,
                Map.of(),
                TrainingState.Best.NONE,
                JsonNodeFactory.instance.objectNode(),
                OnlineCures.State.START);
    }

    /** Whoever gives away a checkpoint may have written anything into it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "null", "{\"iteration\": -1}", "{\"guard\": null}", "\u0000"})
    void strangeTrainingStateIsRefused(String json) throws IOException {
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
        Path file = checkpoints.resolve("iteration-00000001.zip");
        ModelFile.write(file, model(), Map.of("state.json", json.getBytes(StandardCharsets.UTF_8)));
        CheckpointStore store = new CheckpointStore(checkpoints, 2, Map.of());
        assertTrue(assertThrows(IllegalArgumentException.class, store::newest)
                .getMessage()
                .contains("damaged"));
        ModelFile.write(
                file, model(), Map.of("run.yaml", new byte[0], "data.json", json.getBytes(StandardCharsets.UTF_8)));
        assertThrows(ModelFileException.class, () -> SavedRun.read(file));
    }

    /** A model may come without the updaters' state; a run that went on so would begin to learn anew without a word. */
    @Test
    void aCheckpointWithoutTheUpdatersStateIsPassedOver() throws IOException {
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
        CheckpointStore store = new CheckpointStore(checkpoints, 2, Map.of());
        ComputationGraph graph = model();
        store.write(graph, state(1), Optional.empty(), true);
        store.write(graph, state(2), Optional.empty(), true);
        strip(checkpoints.resolve("iteration-00000002.zip"));
        assertEquals(1, store.newest().orElseThrow().state().iteration());
        strip(checkpoints.resolve("iteration-00000001.zip"));
        String message =
                assertThrows(IllegalArgumentException.class, store::newest).getMessage();
        assertTrue(message.contains("no state of the updaters"), message);
        assertFalse(
                ModelFile.read(checkpoints.resolve("iteration-00000001.zip")).wholeUpdater());
    }

    private static void strip(Path file) throws IOException {
        Map<String, byte[]> entries = ModelZips.entries(file);
        assertTrue(entries.remove("updaterState.bin") != null);
        ModelZips.write(file, entries);
    }
}
