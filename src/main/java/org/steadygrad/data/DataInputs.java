package org.steadygrad.data;

import java.util.List;
import java.util.function.Function;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.csv.CsvInputs;
import org.steadygrad.data.idx.IdxInputs;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesInputs;
import org.steadygrad.spec.DataSpec;

/** Opens files of inputs for trained models. */
public final class DataInputs {
    /** Opens files of one kind. */
    private interface Opening {
        InputExamples open(DataArtifact fitted, DataFile file, List<String> keep);
    }

    /** Opens files of a kind. */
    private interface Kind<S extends DataSpec> {
        InputExamples open(S spec, DataArtifact fitted, DataFile file, List<String> keep);
    }

    private static final Cases<DataSpec, Opening> OPENINGS = Cases.<DataSpec, Opening>of(DataSpec.class)
            .on(
                    DataSpec.Csv.class,
                    kind((spec, fitted, file, keep) -> CsvInputs.open(spec, columns(fitted), file, keep)))
            .on(
                    DataSpec.Series.class,
                    kind((spec, fitted, file, keep) ->
                            SeriesInputs.open(spec, columns(fitted), withoutColumns(keep, file))))
            .on(
                    DataSpec.Idx.class,
                    kind((spec, fitted, file, keep) -> IdxInputs.open(spec, withoutColumns(keep, file))))
            .on(
                    DataSpec.Text.class,
                    refuse("a model of texts gives the characters that may follow: use generate, or evaluate --data"))
            .on(
                    DataSpec.PianoRoll.class,
                    refuse("a model of piano rolls has no file of inputs alone: use evaluate --data"))
            .on(DataSpec.Adding.class, generated())
            .on(DataSpec.CopyMemory.class, generated())
            .on(DataSpec.TemporalOrder.class, generated())
            .on(DataSpec.Spirals.class, generated())
            .complete();

    private DataInputs() {}

    private static <S extends DataSpec> Function<S, Opening> kind(Kind<S> kind) {
        return spec -> (fitted, file, keep) -> kind.open(spec, fitted, file, keep);
    }

    private static <S extends DataSpec> Function<S, Opening> refuse(String why) {
        return spec -> (fitted, file, keep) -> {
            throw InvalidInputException.of(
                    "predict", "a model of a CSV file, of series or of images", "another one", why + ".");
        };
    }

    private static <S extends DataSpec> Function<S, Opening> generated() {
        return refuse("the data of its run are generated and come from no file; from Java, Predictor takes arrays");
    }

    private static DataArtifact.Columns columns(DataArtifact fitted) {
        if (fitted instanceof DataArtifact.Columns columns) {
            return columns;
        }
        throw InvalidInputException.of(
                "predict", "a model that says what its columns are", fitted, "Its file was put together from others.");
    }

    private static DataFile withoutColumns(List<String> keep, DataFile file) {
        if (!keep.isEmpty()) {
            throw InvalidInputException.of("--keep", "no columns, since the file has none", keep, "Leave it out.");
        }
        return file;
    }

    /**
     * Opens a file of the kind that a model was trained on.
     *
     * @param spec the data of the model's run, which say how the file is read
     * @param fitted the artifact saved with the model
     * @param keep names (or numbers from 1) of columns that become keys
     * @throws InvalidInputException when the file doesn't fit, or no file of inputs can
     */
    public static InputExamples open(DataSpec spec, DataArtifact fitted, DataFile file, List<String> keep) {
        return OPENINGS.of(spec).open(fitted, file, List.copyOf(keep));
    }
}
