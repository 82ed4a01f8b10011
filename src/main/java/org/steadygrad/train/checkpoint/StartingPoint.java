package org.steadygrad.train.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.model.UpdateRules;
import org.steadygrad.runlog.RunFolder;

/** Where a run goes on from. */
public final class StartingPoint {
    private StartingPoint() {}

    /**
     * @param model what is trained
     * @param data what it is trained on
     * @param resume whether the run is to go on from a checkpoint
     * @return the newest checkpoint; empty for a run that starts anew
     * @throws InvalidInputException when the folder holds a run that isn't to be continued, or one of another model
     *     or of other data
     */
    public static Optional<CheckpointStore.Checkpoint> of(
            ComputationGraph model,
            DataSource data,
            boolean resume,
            Optional<RunFolder> folder,
            Optional<CheckpointStore> store)
            throws IOException {
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        Path root = folder.get().root();
        boolean checkpoints = store.get().newestName().isPresent();
        if (checkpoints && !resume) {
            throw InvalidInputException.of(
                    "run folder " + root,
                    "a folder without checkpoints",
                    "checkpoints of an earlier run",
                    "Continue that run with --resume, begin anew in its place with --force, or choose another folder with --out.");
        }
        if (!checkpoints && Files.exists(folder.get().model())) {
            throw InvalidInputException.of(
                    "run folder " + root,
                    "a folder without a model",
                    "the model of an earlier run, without checkpoints to continue from",
                    "Choose another folder with --out, so that the model isn't written over.");
        }
        Optional<CheckpointStore.Checkpoint> newest = store.get().newest();
        newest.ifPresent(checkpoint -> {
            SavedFingerprint.check(root, checkpoint.entries(), data);
            checkFits(root, checkpoint, model);
        });
        return newest;
    }

    private static void checkFits(Path folder, CheckpointStore.Checkpoint checkpoint, ComputationGraph model) {
        if (!FlatLayouts.of(checkpoint.model()).equals(FlatLayouts.of(model))) {
            throw InvalidInputException.of(
                    "run folder " + folder,
                    "checkpoints of this model (" + model.numParams() + " parameters)",
                    "checkpoints of another one (" + checkpoint.model().numParams() + " parameters)",
                    "Resume with the run file in that folder, or choose another folder with --out.");
        }
        checkSameRules(folder, UpdateRules.of(checkpoint.model()), UpdateRules.of(model));
    }

    /** The states of one rule mean nothing to another. */
    private static void checkSameRules(Path folder, Map<String, String> before, Map<String, String> now) {
        now.forEach((parameter, rule) -> {
            if (!rule.equals(before.get(parameter))) {
                throw InvalidInputException.of(
                        "run folder " + folder,
                        "checkpoints in which " + parameter + " is updated by " + rule,
                        before.get(parameter),
                        "Resume with the update rule and formula of that run, or choose another folder with --out.");
            }
        });
    }
}
