package org.steadygrad.train.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;

/**
 * The checkpoints of a run: model files with the training state inside. Each is written whole or not at all, read back
 * at once, and old ones are removed only after that; the last one that was read back well while training went well is
 * never removed.
 */
public final class CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    private static final String STATE_ENTRY = "state.json";
    private static final String SNAPSHOT_SUFFIX = ".snapshot.zip";
    private static final String VERIFIED_FILE = "verified.txt";

    private final Path folder;
    private final int keep;
    private final Map<String, byte[]> runEntries;

    /**
     * @param keep number of newest checkpoints that are kept
     * @param runEntries what goes into every model file of the run, by name
     */
    public CheckpointStore(Path folder, int keep, Map<String, byte[]> runEntries) {
        this.folder = folder;
        this.keep = keep;
        this.runEntries = Map.copyOf(runEntries);
    }

    /**
     * @param model with updater state
     * @param snapshot the model a roll-back would return to; empty when it is the checkpoint's own
     * @param entries run file and data description that were saved with it
     */
    public record Checkpoint(
            Path file,
            ComputationGraph model,
            TrainingState state,
            Optional<ComputationGraph> snapshot,
            Map<String, byte[]> entries) {}

    /**
     * Writes a checkpoint, reads it back, and removes old ones.
     *
     * @param snapshot the model a roll-back would return to; empty when it is the checkpoint's own
     * @param trainingWell whether nothing was wrong with the latest steps and all parameters are finite
     */
    public Path write(
            ComputationGraph model, TrainingState state, Optional<ComputationGraph> snapshot, boolean trainingWell)
            throws IOException {
        Path file = folder.resolve(String.format(Locale.ROOT, "iteration-%08d.zip", state.iteration()));
        if (snapshot.isPresent()) {
            ModelFile.write(snapshotOf(file), snapshot.get(), Map.of());
        }
        Map<String, byte[]> entries = new LinkedHashMap<>(runEntries);
        entries.put(STATE_ENTRY, JSON.writeValueAsBytes(state));
        ModelFile.write(file, model, entries);
        ModelFile.verify(file);
        if (snapshot.isPresent()) {
            ModelFile.verify(snapshotOf(file));
        }
        if (trainingWell) {
            AtomicFile.write(
                    folder.resolve(VERIFIED_FILE),
                    out -> out.write(file.getFileName().toString().getBytes(StandardCharsets.UTF_8)));
        }
        prune();
        return file;
    }

    /** Writes the model with the best validation so far. */
    public void writeBest(ComputationGraph model) throws IOException {
        ModelFile.write(best(), model, runEntries);
    }

    public Path best() {
        return folder.resolve("best.zip");
    }

    /** File name of the newest checkpoint, readable or not. */
    public Optional<String> newestName() throws IOException {
        return newestFirst().stream().map(f -> f.getFileName().toString()).findFirst();
    }

    /**
     * The newest checkpoint that can be read, empty if there never was one; unreadable ones are passed over with a warning.
     *
     * @throws InvalidInputException when there are checkpoints, and none can be read: a run that began anew would write
     *     over what can still be saved
     */
    public Optional<Checkpoint> newest() throws IOException {
        List<Path> files = newestFirst();
        String reason = "";
        for (Path file : files) {
            try {
                return Optional.of(read(file));
            } catch (ModelFileException e) {
                LOG.warn("checkpoint passed over: {}", e.getMessage());
                reason = reason.isEmpty() ? e.getMessage() : reason;
            }
        }
        if (!files.isEmpty()) {
            throw InvalidInputException.of(
                    "checkpoints in " + folder,
                    "at least one that can be read",
                    files.size() + " damaged ones (" + reason + ")",
                    "The best model so far may be whole: " + best() + ". Begin anew in another folder with --out.");
        }
        return Optional.empty();
    }

    private static Checkpoint read(Path file) {
        ModelFile.Content content = whole(file);
        byte[] json = content.entries().get(STATE_ENTRY);
        if (json == null) {
            throw new ModelFileException(
                    file, "expected a training state inside, got none. It is a model, no checkpoint.");
        }
        try {
            TrainingState state = Check.notNull(
                    JSON.readValue(json, TrainingState.class), "checkpoint", "a training state that isn't null");
            Path snapshot = snapshotOf(file);
            Optional<ComputationGraph> snapshotModel = state.snapshot().iteration() != state.iteration()
                    ? Optional.of(whole(snapshot).graph())
                    : Optional.empty();
            return new Checkpoint(file, content.graph(), state, snapshotModel, content.entries());
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file, "its training state can't be read: " + Reason.of(e) + ".", e);
        } catch (ModelFileException e) {
            throw e;
        } catch (IOException | InvalidInputException e) {
            throw new ModelFileException(file, "its training state can't be read: " + e.getMessage(), e);
        }
    }

    private static ModelFile.Content whole(Path file) {
        ModelFile.Content content = ModelFile.read(file);
        if (!content.wholeUpdater()) {
            throw new ModelFileException(
                    file, "it has no state of the updaters, which would begin anew. Take an earlier checkpoint.");
        }
        return content;
    }

    private static Path snapshotOf(Path checkpoint) {
        return checkpoint.resolveSibling(checkpoint.getFileName().toString().replace(".zip", SNAPSHOT_SUFFIX));
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("iteration-\\d+\\.zip"))
                    .sorted(Comparator.comparing((Path f) -> f.getFileName().toString())
                            .reversed())
                    .toList();
        }
    }

    private void prune() throws IOException {
        Path marker = folder.resolve(VERIFIED_FILE);
        String verified = Files.exists(marker) ? Files.readString(marker, StandardCharsets.UTF_8) : "";
        List<Path> files = new ArrayList<>(newestFirst());
        for (Path file : files.subList(Math.min(keep, files.size()), files.size())) {
            if (!file.getFileName().toString().equals(verified)) {
                Files.deleteIfExists(snapshotOf(file));
                Files.delete(file);
            }
        }
    }
}
