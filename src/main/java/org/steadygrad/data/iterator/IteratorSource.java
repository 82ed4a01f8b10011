package org.steadygrad.data.iterator;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataFingerprint;
import org.steadygrad.data.DataSource;
import org.steadygrad.ops.SequenceLayout;

/** DL4J iterators that were looked at, read in certain formats. */
record IteratorSource(Split trainingSplit, Optional<Split> validationSplit, BatchFormats formats)
        implements DataSource {

    /**
     * An iterator's batches and what was seen in them.
     *
     * @param again reads all batches again and tells their content
     */
    record Split(BatchSurvey survey, IteratorBatches batches, Supplier<String> again) {
        static Split of(ResettableBatches batches, String who) {
            BatchSurvey survey = BatchSurvey.of(batches, who);
            return new Split(survey, new IteratorBatches(batches, survey), () -> BatchSurvey.of(batches, who)
                    .content());
        }

        Split in(BatchFormats formats) {
            return new Split(survey, batches.in(formats), again);
        }
    }

    /** @throws InvalidInputException when the batches can't be used in any format */
    static DataSource of(Split training, Optional<Split> validation) {
        IteratorSource source = in(training, validation, training.survey().likely());
        boolean symbols = training.survey().mayBeSymbols()
                && validation.map(split -> split.survey().mayBeSymbols()).orElse(true);
        if (!symbols) {
            source.description();
        }
        return source;
    }

    @Override
    public DataSource inFormats(SequenceLayout layout, boolean symbols) {
        IteratorSource source = in(trainingSplit, validationSplit, new BatchFormats(layout, symbols));
        source.description();
        return source;
    }

    private static IteratorSource in(Split training, Optional<Split> validation, BatchFormats formats) {
        return new IteratorSource(training.in(formats), validation.map(split -> split.in(formats)), formats);
    }

    @Override
    public DataDescription description() {
        DataDescription own = trainingSplit.survey().description(formats);
        return validationSplit
                .map(split -> joined(own, split.survey().description(formats)))
                .orElse(own);
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

    @Override
    public BatchSequence training() {
        return trainingSplit.batches();
    }

    @Override
    public Optional<BatchSequence> validation() {
        return validationSplit.map(Split::batches);
    }

    @Override
    public DataArtifact artifact() {
        return new DataArtifact.None();
    }

    @Override
    public DataFingerprint fingerprint() {
        DataFingerprint rest = DataFingerprint.of(this);
        return new DataFingerprint(
                rest.description(),
                rest.artifact(),
                rest.trainingBatches(),
                rest.validationBatches(),
                Map.of(),
                content(split -> split.survey().content()));
    }

    @Override
    public boolean repeats() {
        return content(split -> split.survey().content())
                .equals(content(split -> split.again().get()));
    }

    private String content(Function<Split, String> ofSplit) {
        return ofSplit.apply(trainingSplit) + validationSplit.map(ofSplit).orElse("");
    }
}
