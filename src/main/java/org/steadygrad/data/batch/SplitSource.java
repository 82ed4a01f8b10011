package org.steadygrad.data.batch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.steadygrad.data.BatchContent;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataFingerprint;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.RuleOfThumb;
import org.steadygrad.data.input.DataFile;

/**
 * A data source put together from its parts.
 *
 * @param files that it was read from
 * @param notes what was decided on how they are read
 * @param rulesOfThumb what can be said of the labels without a model
 */
public record SplitSource(
        DataDescription description,
        BatchSequence training,
        Optional<BatchSequence> validation,
        DataArtifact artifact,
        List<DataFile> files,
        List<String> notes,
        List<RuleOfThumb> rulesOfThumb)
        implements DataSource {

    /**
     * Makes batches of both splits; of no file, until {@link #reading} says otherwise.
     *
     * @param validation null when there is none
     */
    public static SplitSource of(
            ExampleSet training, ExampleSet validation, int batch, long seed, DataArtifact artifact) {
        return new SplitSource(
                training.description(),
                PlannedBatches.forTraining(training, batch, seed),
                Optional.ofNullable(validation).map(examples -> PlannedBatches.forValidation(examples, batch)),
                artifact,
                List.of(),
                List.of(),
                List.of());
    }

    /** The same source, which is read from these files. */
    public SplitSource reading(DataFile... origin) {
        return new SplitSource(description, training, validation, artifact, List.of(origin), notes, rulesOfThumb);
    }

    /** The same source, with something that models can be compared with. */
    public SplitSource compared(List<RuleOfThumb> rules) {
        return new SplitSource(description, training, validation, artifact, files, notes, List.copyOf(rules));
    }

    /** The same source, with more to say. */
    public SplitSource saying(List<String> more) {
        List<String> all = Stream.concat(notes.stream(), more.stream()).toList();
        return new SplitSource(description, training, validation, artifact, files, all, rulesOfThumb);
    }

    /** Of the files and of the first batch of each split, which depend on the seed as well. */
    @Override
    public DataFingerprint fingerprint() {
        Map<String, DataFingerprint.FileMark> marks = new HashMap<>();
        files.forEach(file -> marks.put(file.name(), file.mark()));
        BatchContent content = new BatchContent();
        addFirst(training, content);
        validation.ifPresent(batches -> addFirst(batches, content));
        DataFingerprint rest = DataFingerprint.of(this);
        return new DataFingerprint(
                description, artifact, rest.trainingBatches(), rest.validationBatches(), marks, content.toString());
    }

    private static void addFirst(BatchSequence batches, BatchContent content) {
        try (BatchIterator epoch = batches.epoch(0, 0)) {
            content.add(epoch.next());
        }
    }

    /** Number of examples kept for validation: the share, rounded, but at least one if the share isn't 0. */
    public static int validationCount(int examples, double share) {
        return share == 0 ? 0 : (int) Math.max(1, Math.round(examples * share));
    }
}
