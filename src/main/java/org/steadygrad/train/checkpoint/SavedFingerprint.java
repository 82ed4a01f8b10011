package org.steadygrad.train.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataFingerprint;
import org.steadygrad.data.DataSource;

/** What a checkpoint says of the data that its run was trained on, and whether a run that goes on from it has the same. */
public final class SavedFingerprint {
    public static final String ENTRY = "fingerprint.json";

    private static final Logger LOG = LoggerFactory.getLogger(SavedFingerprint.class);
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private SavedFingerprint() {}

    public static byte[] write(DataFingerprint fingerprint) {
        try {
            return JSON.writeValueAsBytes(fingerprint);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param folder of the run
     * @param entries of the checkpoint
     * @throws InvalidInputException when the data isn't the checkpoint's, saying what differs
     */
    public static void check(Path folder, Map<String, byte[]> entries, DataSource data) {
        Optional<DataFingerprint> before = read(folder, entries);
        if (before.isEmpty()) {
            LOG.warn(
                    "{}: the checkpoint doesn't say what data it was trained on; this run goes on with the data at hand",
                    folder);
            return;
        }
        DataFingerprint now = data.fingerprint();
        List<String> differences = new ArrayList<>(now.differences(before.get()));
        if (differences.isEmpty() && now.otherContent(before.get())) {
            if (data.repeats()) {
                differences.add("the numbers in its batches");
            } else {
                LOG.warn(
                        "{}: the data differs from pass to pass, so that it can't be told whether it is the checkpoint's",
                        folder);
            }
        }
        if (differences.isEmpty() && !entries.containsKey(ENTRY)) {
            LOG.warn(
                    "{}: the checkpoint is older than fingerprints of data. What the batches look like and what was fitted to"
                            + " the data is as before; whether its content is can't be compared",
                    folder);
        }
        if (!differences.isEmpty()) {
            throw InvalidInputException.of(
                    "run folder " + folder,
                    "the data that its checkpoint was trained on",
                    "other data; what differs: " + String.join("; ", differences),
                    "Put the data back as it was, or begin anew in another folder with --out.");
        }
    }

    private static Optional<DataFingerprint> read(Path folder, Map<String, byte[]> entries) {
        byte[] own = entries.get(ENTRY);
        try {
            return own == null
                    ? RunEntries.fingerprint(entries)
                    : Optional.ofNullable(JSON.readValue(own, DataFingerprint.class));
        } catch (IOException | InvalidInputException e) {
            throw new InvalidInputException(
                    "run folder " + folder + ": what its checkpoint says of the data can't be read: " + e.getMessage()
                            + ". Begin anew in another folder with --out.",
                    e);
        }
    }
}
