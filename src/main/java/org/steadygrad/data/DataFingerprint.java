package org.steadygrad.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.steadygrad.check.Check;

/**
 * What a run's data can be told by, as JSON beside a checkpoint: a run that is resumed on other data would go on to numbers
 * that mean nothing.
 *
 * @param description what the batches look like
 * @param artifact what was fitted to the data
 * @param trainingBatches per epoch; 0 if it isn't known
 * @param validationBatches of every validation; 0 without validation data, or if it isn't known
 * @param files by the names that the run file gives them
 * @param content of batches, {@link BatchContent}; null if it isn't known
 */
public record DataFingerprint(
        DataDescription description,
        DataArtifact artifact,
        int trainingBatches,
        int validationBatches,
        Map<String, FileMark> files,
        String content) {
    private static final String WHO = "DataFingerprint";

    /**
     * A file's content.
     *
     * @param bytes its size
     * @param sha256 in hexadecimal
     */
    public record FileMark(long bytes, String sha256) {}

    public DataFingerprint {
        Check.notNull(description, WHO, "description");
        Check.notNull(artifact, WHO, "artifact");
        files = files == null ? Map.of() : Map.copyOf(files);
    }

    /** Of a source that says nothing of where its data come from. */
    public static DataFingerprint of(DataSource source) {
        return new DataFingerprint(
                source.description(),
                source.artifact(),
                source.training().batchesPerEpoch(),
                source.validation().map(BatchSequence::batchesPerEpoch).orElse(0),
                Map.of(),
                null);
    }

    /** What is known of data whose description and artifact alone were saved. */
    public static DataFingerprint of(DataDescription description, DataArtifact artifact) {
        return new DataFingerprint(description, artifact, 0, 0, Map.of(), null);
    }

    /**
     * What is different from former data, in words; what either doesn't know isn't compared.
     *
     * @return empty when nothing is
     */
    public List<String> differences(DataFingerprint before) {
        List<String> found = new ArrayList<>(ArtifactDifferences.of(before.artifact, artifact));
        if (!description.equals(before.description)) {
            found.add("its batches: " + description + " (before: " + before.description + ")");
        }
        if (before.trainingBatches > 0) {
            compare("training batches", trainingBatches, before.trainingBatches, found);
            compare("validation batches", validationBatches, before.validationBatches, found);
        }
        for (String name : new TreeSet<>(files.keySet())) {
            FileMark now = files.get(name);
            FileMark then = before.files.get(name);
            if (then != null && !then.equals(now)) {
                found.add(
                        now.bytes == then.bytes
                                ? "the content of " + name + " (of the same size, " + now.bytes + " bytes)"
                                : "the content of " + name + " (" + now.bytes + " bytes, before " + then.bytes + ")");
            }
        }
        return found;
    }

    /** Whether the numbers in the batches are known to be others. */
    public boolean otherContent(DataFingerprint before) {
        return content != null && before.content != null && !content.equals(before.content);
    }

    private static void compare(String what, int now, int before, List<String> found) {
        if (now != before) {
            found.add("its number of " + what + ": " + now + " (before: " + before + ")");
        }
    }
}
