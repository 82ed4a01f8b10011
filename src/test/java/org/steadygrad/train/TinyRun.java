package org.steadygrad.train;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.checkpoint.CheckpointStore;

/** Runs of a second or less, and what they leave behind without the wall-clock times. */
final class TinyRun {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TinyRun() {}

    static RunSpec spec(String yaml, String... overrides) {
        return RunFiles.parse(yaml, "tiny.yaml", List.of(overrides));
    }

    static DataSource source(RunSpec run) {
        return DataSources.open(run.data(), run.training().batch(), run.seed());
    }

    /** A trainer as the command train sets it up, on data that may have been tampered with. */
    static Trainer trainer(RunSpec run, DataSource source, Path folder) {
        return trainer(run, Runs.buildModel(run, source), source, folder);
    }

    static Trainer trainer(RunSpec run, ComputationGraph model, DataSource source, Path folder) {
        return Trainer.of(model, source)
                .settings(LoopSettings.of(run))
                .name(run.name())
                .folder(folder);
    }

    /** Asks a run to stop after a step. */
    static final class StopAt implements RunListener {
        final StopSignal signal = new StopSignal();
        private final int iteration;

        StopAt(int iteration) {
            this.iteration = iteration;
        }

        @Override
        public void happened(RunEvent event) {
            if (event instanceof RunEvent.Step step && step.iteration() == iteration) {
                signal.request("test");
            }
        }
    }

    /** Notes what happens. */
    static final class Notes implements RunListener {
        final List<RunEvent> events = new ArrayList<>();

        @Override
        public void happened(RunEvent event) {
            events.add(event);
        }

        <E extends RunEvent> List<E> of(Class<E> kind) {
            return events.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        List<RunEvent.Step> steps() {
            return of(RunEvent.Step.class);
        }
    }

    /** Rows of a file of JSON lines. */
    static List<Map<String, Object>> rows(Path file) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(JSON.readValue(line, new TypeReference<>() {}));
        }
        return rows;
    }

    /** Rows of metrics without durations and without those that tell of writing and ending. */
    static List<Map<String, Object>> timelessMetrics(Path folder) throws IOException {
        List<Map<String, Object>> rows = rows(folder.resolve("metrics.jsonl"));
        rows.removeIf(row -> "CHECKPOINT".equals(row.get("event")) || "STOPPED".equals(row.get("event")));
        rows.forEach(row -> row.remove("seconds"));
        return rows;
    }

    /** The result of a run without durations. */
    static JsonNode timelessResult(Path folder) throws IOException {
        ObjectNode result =
                (ObjectNode) JSON.readTree(folder.resolve("run.json").toFile());
        result.remove(List.of("seconds", "secondsPerIteration"));
        return result;
    }

    static CheckpointStore.Checkpoint newest(Path folder) throws IOException {
        return new CheckpointStore(folder.resolve("checkpoints"), 3, Map.of())
                .newest()
                .orElseThrow();
    }

    /** A checkpoint's state without durations. */
    static JsonNode timelessState(CheckpointStore.Checkpoint checkpoint) throws IOException {
        ObjectNode state = (ObjectNode) JSON.readTree(JSON.writeValueAsBytes(checkpoint.state()));
        state.remove(List.of("seconds", "recentSeconds"));
        return state;
    }

    static List<String> checkpointNames(Path folder) throws IOException {
        try (var files = Files.list(folder.resolve("checkpoints"))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.matches("iteration-\\d+\\.zip"))
                    .sorted()
                    .toList();
        }
    }
}
