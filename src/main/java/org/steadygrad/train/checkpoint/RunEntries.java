package org.steadygrad.train.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataFingerprint;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** What makes a model file a saved run: entries with the run file, and with what is known of the data. */
public final class RunEntries {
    /** Name of the entry with the run file. */
    public static final String RUN_FILE = "run.yaml";

    /** Name of the entry with the description of the data. */
    public static final String DATA = "data.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    private RunEntries() {}

    /**
     * Description, artifact and the notes on how the data were read.
     *
     * @param artifact what was fitted to the training data
     */
    public record Data(DataDescription description, DataArtifact artifact, List<String> notes) {
        public Data {
            Check.notNull(description, DATA, "description");
            Check.notNull(artifact, DATA, "artifact");
            notes = notes == null ? List.of() : List.copyOf(notes);
        }
    }

    /** The entries by name. */
    public static Map<String, byte[]> of(RunSpec run, DataSource source) throws JsonProcessingException {
        return Map.of(
                RUN_FILE,
                RunFiles.write(run).getBytes(StandardCharsets.UTF_8),
                DATA,
                JSON.writeValueAsBytes(new Data(source.description(), source.artifact(), source.notes())));
    }

    /** Reads an entry named {@link #DATA}; empty where it holds nothing. */
    public static Optional<Data> data(byte[] entry) throws IOException {
        return Optional.ofNullable(JSON.readValue(entry, Data.class));
    }

    /** What the entries of a model file say of its data; empty if they say nothing. */
    static Optional<DataFingerprint> fingerprint(Map<String, byte[]> entries) throws IOException {
        byte[] entry = entries.get(DATA);
        return entry == null
                ? Optional.empty()
                : data(entry).map(data -> DataFingerprint.of(data.description(), data.artifact()));
    }
}
