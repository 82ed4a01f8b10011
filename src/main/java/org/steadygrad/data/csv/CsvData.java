package org.steadygrad.data.csv;

import java.util.Optional;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesData;
import org.steadygrad.data.series.SeriesSettings;
import org.steadygrad.data.series.SeriesTable;
import org.steadygrad.spec.DataSpec;

/** CSV files as sources of {@link SeriesData}: a row is a time step. */
public final class CsvData {
    private CsvData() {}

    /** Number of rows of the file that are used. */
    public static int rows(DataSpec.Csv spec) {
        return CsvReading.read(spec, DataFile.of("data.path", spec.path())).count();
    }

    /**
     * All of the file as validation would have it.
     *
     * @param fitted the columns saved with a model
     */
    public static BatchSequence whole(DataSpec.Csv spec, int batch, Columns fitted) {
        SeriesTable rows = CsvReading.read(spec, DataFile.of("data.path", spec.path()));
        return SeriesData.whole(rows, SeriesSettings.of(spec), batch, fitted);
    }

    /**
     * Reads and scales the files.
     *
     * @param fitted null, or the columns saved with a model
     */
    public static DataSource open(DataSpec.Csv spec, int batch, long seed, Columns fitted) {
        DataFile file = DataFile.of("data.path", spec.path());
        SeriesTable training = CsvReading.read(spec, file);
        if (spec.validationPath() == null) {
            return SeriesData.of(training, Optional.empty(), SeriesSettings.of(spec), batch, seed, fitted, file);
        }
        DataFile held = DataFile.of("data.validationPath", spec.validationPath());
        Optional<SeriesTable> validation = Optional.of(CsvReading.read(spec.withLimit(null), held));
        return SeriesData.of(training, validation, SeriesSettings.of(spec), batch, seed, fitted, file, held);
    }
}
