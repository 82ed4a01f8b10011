package org.steadygrad.data.iterator;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataFingerprint;
import org.steadygrad.data.DataSource;

/**
 * DL4J iterators as a data source. What their batches look like is read off all of them, once, when the source is made:
 *
 * <ul>
 *   <li>features [batch, size] are vectors, [batch, size, time] sequences;
 *   <li>labels whose rows (at every step the mask shows) hold one 1 and else 0, over at least two columns, are classes;
 *   <li>other labels per step of 0 and 1 only are keys; all others are numbers.
 * </ul>
 *
 * <p>The iterator is reset for every epoch, whatever the epoch's number, and leading batches are skipped by reading them: a
 * resumed run sees the same batches only if the iterator gives the same after each reset. At most one epoch per iterator is
 * open; opening another closes it. The iterators' own pre-processors apply; their batches are copied.
 */
public final class IteratorData {
    private IteratorData() {}

    /**
     * Surveys both iterators.
     *
     * @param validation null when there is none
     */
    public static DataSource of(DataSetIterator training, DataSetIterator validation) {
        Check.notNull(training, "DataSources.of", "a training iterator");
        return of(ResettableBatches.of(training), validation == null ? null : ResettableBatches.of(validation));
    }

    /**
     * Surveys both iterators.
     *
     * @param validation null when there is none
     */
    public static DataSource of(MultiDataSetIterator training, MultiDataSetIterator validation) {
        Check.notNull(training, "DataSources.of", "a training iterator");
        return of(ResettableBatches.of(training), validation == null ? null : ResettableBatches.of(validation));
    }

    private static DataSource of(ResettableBatches training, ResettableBatches validation) {
        BatchSurvey survey = BatchSurvey.of(training, "training");
        DataDescription description = survey.description();
        Optional<BatchSequence> held = Optional.empty();
        String content = survey.content();
        if (validation != null) {
            BatchSurvey other = BatchSurvey.of(validation, "validation");
            description = joined(description, other.description());
            held = Optional.of(new IteratorBatches(validation, other.batches()));
            content += other.content();
        }
        return new IteratorSource(
                description,
                new IteratorBatches(training, survey.batches()),
                held,
                content,
                () -> content(training, validation));
    }

    private static String content(ResettableBatches training, ResettableBatches validation) {
        String content = BatchSurvey.of(training, "training").content();
        return validation == null
                ? content
                : content + BatchSurvey.of(validation, "validation").content();
    }

    /**
     * @param content of all batches when they were surveyed
     * @param another reads all batches again and tells their content
     */
    private record IteratorSource(
            DataDescription description,
            BatchSequence training,
            Optional<BatchSequence> validation,
            String content,
            Supplier<String> another)
            implements DataSource {
        @Override
        public DataArtifact artifact() {
            return new DataArtifact.None();
        }

        @Override
        public DataFingerprint fingerprint() {
            DataFingerprint rest = DataFingerprint.of(this);
            return new DataFingerprint(
                    description, artifact(), rest.trainingBatches(), rest.validationBatches(), Map.of(), content);
        }

        @Override
        public boolean repeats() {
            return content.equals(another.get());
        }
    }

    /** Training decides what the labels are; a small validation set may by chance look like classes or keys. */
    private static DataDescription joined(DataDescription training, DataDescription validation) {
        boolean fits = training.input() == validation.input()
                && training.inputSize() == validation.inputSize()
                && training.target().perStep() == validation.target().perStep()
                && training.targetSize() == validation.targetSize();
        boolean classes = training.target() == TargetKind.CLASS || training.target() == TargetKind.CLASS_PER_STEP;
        if (!fits || (classes && validation.target() != training.target())) {
            throw InvalidInputException.of(
                    "DataSources.of, validation iterator",
                    "batches like those of training, " + training,
                    validation,
                    "");
        }
        return new DataDescription(
                training.input(),
                training.inputSize(),
                training.target(),
                training.targetSize(),
                Math.max(training.maxSteps(), validation.maxSteps()));
    }
}
