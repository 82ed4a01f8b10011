package org.steadygrad.data;

import java.util.Locale;
import java.util.function.Function;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.steadygrad.check.Cases;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.csv.CsvData;
import org.steadygrad.data.idx.IdxData;
import org.steadygrad.data.iterator.IteratorData;
import org.steadygrad.data.pianoroll.PianoRollData;
import org.steadygrad.data.series.SeriesFiles;
import org.steadygrad.data.synthetic.AddingTask;
import org.steadygrad.data.synthetic.CopyMemoryTask;
import org.steadygrad.data.synthetic.SpiralsTask;
import org.steadygrad.data.synthetic.TemporalOrderTask;
import org.steadygrad.data.text.TextData;
import org.steadygrad.spec.DataSpec;

/**
 * Opens data sources. Paths are relative to the current folder; {@code builtin:NAME} is a file that comes with the program.
 * Files are read and checked here, so that every error in them shows before training; batches are made in the background.
 * The same arguments and the same file give the same batches.
 */
public final class DataSources {
    /** Opens a source of one kind. */
    private interface Opening {
        DataSource open(int batch, long seed, DataArtifact fitted);
    }

    private static final Cases<DataSpec, Opening> OPENINGS = Cases.<DataSpec, Opening>of(DataSpec.class)
            .on(
                    DataSpec.Text.class,
                    spec -> (batch, seed, fitted) ->
                            TextData.open(spec, batch, seed, require(DataArtifact.Vocabulary.class, fitted, spec)))
            .on(
                    DataSpec.Csv.class,
                    spec -> (batch, seed, fitted) ->
                            CsvData.open(spec, batch, seed, require(DataArtifact.Columns.class, fitted, spec)))
            .on(
                    DataSpec.Series.class,
                    spec -> (batch, seed, fitted) ->
                            SeriesFiles.open(spec, batch, seed, require(DataArtifact.Columns.class, fitted, spec)))
            .on(DataSpec.Idx.class, spec -> (batch, seed, fitted) -> IdxData.open(spec, batch, seed, fitted))
            .on(DataSpec.PianoRoll.class, unfitted(PianoRollData::open))
            .on(DataSpec.Adding.class, unfitted(AddingTask::open))
            .on(DataSpec.CopyMemory.class, unfitted(CopyMemoryTask::open))
            .on(DataSpec.TemporalOrder.class, unfitted(TemporalOrderTask::open))
            .on(DataSpec.Spirals.class, unfitted(SpiralsTask::open))
            .complete();

    /** Makes batches of all the data of one kind. */
    private interface Whole {
        BatchSequence open(int batch, DataDescription model, DataArtifact fitted);
    }

    private static final Cases<DataSpec, Whole> WHOLES = Cases.<DataSpec, Whole>of(DataSpec.class)
            .on(
                    DataSpec.Text.class,
                    spec -> (batch, model, fitted) ->
                            TextData.whole(spec, batch, require(DataArtifact.Vocabulary.class, fitted, spec)))
            .on(
                    DataSpec.Csv.class,
                    spec -> (batch, model, fitted) ->
                            CsvData.whole(spec, batch, require(DataArtifact.Columns.class, fitted, spec)))
            .on(
                    DataSpec.Series.class,
                    spec -> (batch, model, fitted) ->
                            SeriesFiles.whole(spec, batch, require(DataArtifact.Columns.class, fitted, spec)))
            .on(
                    DataSpec.Idx.class,
                    spec -> (batch, model, fitted) -> IdxData.whole(spec, batch, model.targetSize(), fitted))
            .on(DataSpec.PianoRoll.class, spec -> (batch, model, fitted) -> PianoRollData.whole(spec, batch))
            .on(DataSpec.Adding.class, generated())
            .on(DataSpec.CopyMemory.class, generated())
            .on(DataSpec.TemporalOrder.class, generated())
            .on(DataSpec.Spirals.class, generated())
            .complete();

    private DataSources() {}

    private static <S extends DataSpec> Function<S, Whole> generated() {
        return spec -> (batch, model, fitted) -> {
            throw InvalidInputException.of(
                    "data",
                    "data from a file",
                    "generated data of kind " + spec.getClass().getSimpleName(),
                    "Leave --data out: their validation part is evaluated.");
        };
    }

    /**
     * All examples of a file, in a fixed order, as validation would have them.
     *
     * @param model what a trained model's inputs and outputs look like
     * @param fitted the artifact saved with it
     * @throws InvalidInputException if the file doesn't fit, or the data come from none
     */
    public static BatchSequence whole(DataSpec spec, int batch, DataDescription model, DataArtifact fitted) {
        Check.positive(batch, "training", "batch");
        return WHOLES.of(spec).open(batch, model, fitted);
    }

    /** Opens a source and fits its vocabulary or scaling to it. */
    public static DataSource open(DataSpec spec, int batch, long seed) {
        return open(spec, batch, seed, null);
    }

    /**
     * Opens a source that is read with what was fitted before.
     *
     * @param fitted the artifact saved with a model; null to fit anew
     * @throws InvalidInputException if the file doesn't fit, for example holds unknown characters, columns or classes
     */
    public static DataSource open(DataSpec spec, int batch, long seed, DataArtifact fitted) {
        Check.notNull(spec, "DataSources", "a data specification");
        Check.positive(batch, "training", "batch");
        return OPENINGS.of(spec).open(batch, seed, fitted);
    }

    /**
     * Any DL4J iterator as a source; see {@link IteratorData} for what is read off its batches. Both are read through once
     * here.
     *
     * @param validation null when there is none
     */
    public static DataSource of(DataSetIterator training, DataSetIterator validation) {
        return IteratorData.of(training, validation);
    }

    /** As {@link #of(DataSetIterator, DataSetIterator)}, for iterators with one features and one labels array. */
    public static DataSource of(MultiDataSetIterator training, MultiDataSetIterator validation) {
        return IteratorData.of(training, validation);
    }

    /** Opens a source that nothing is fitted to. */
    private interface Unfitted<S> {
        DataSource open(S spec, int batch, long seed);
    }

    private static <S extends DataSpec> Function<S, Opening> unfitted(Unfitted<S> source) {
        return spec -> (batch, seed, fitted) -> {
            require(DataArtifact.None.class, fitted, spec);
            return source.open(spec, batch, seed);
        };
    }

    private static <T extends DataArtifact> T require(Class<T> kind, DataArtifact fitted, DataSpec spec) {
        if (fitted != null && !kind.isInstance(fitted)) {
            throw InvalidInputException.of(
                    "data",
                    "the kind of data the model was trained on (its file holds "
                            + fitted.getClass().getSimpleName().toLowerCase(Locale.ROOT) + ")",
                    "data of kind " + spec.getClass().getSimpleName(),
                    "Evaluate the model with the data of its run file.");
        }
        return kind.cast(fitted);
    }
}
