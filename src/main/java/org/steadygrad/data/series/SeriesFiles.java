package org.steadygrad.data.series;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesSet.Target;
import org.steadygrad.data.series.arff.ArffReader;
import org.steadygrad.data.series.matlab.MatlabReader;
import org.steadygrad.data.series.numpy.NumpyReader;
import org.steadygrad.data.series.ts.TsReader;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Forecast;
import org.steadygrad.spec.DataSpec.SeriesTask;

/** Files of series as sources of {@link SeriesData}, each series an example. The extension says the format. */
public final class SeriesFiles {
    private static final Map<String, SeriesReader> READERS = readers();

    /** Formats that are known and not read, and what to do instead. */
    private static final Map<String, String> OTHERS = Map.of(
            "parquet", "Write it as .npz or CSV, for example with pandas: read_parquet(...).to_csv(...).",
            "h5", "Write it as .npz, for example with h5py and numpy.savez.",
            "csv", "Use data.kind: csv.",
            "tsv", "Use data.kind: csv.",
            "txt", "Use data.kind: csv for columns of numbers.");

    private SeriesFiles() {}

    private static Map<String, SeriesReader> readers() {
        Map<String, SeriesReader> readers = new LinkedHashMap<>();
        readers.put("ts", new TsReader());
        readers.put("arff", new ArffReader());
        readers.put("npz", new NumpyReader());
        readers.put("npy", new NumpyReader());
        readers.put("mat", new MatlabReader());
        return readers;
    }

    /**
     * Reads and scales the files.
     *
     * @param fitted null, or the columns saved with a model
     */
    public static DataSource open(DataSpec.Series spec, int batch, long seed, Columns fitted) {
        DataFile file = DataFile.of("data.path", spec.path());
        SeriesSet training = read(file, "data.path", spec);
        SeriesSettings settings = settings(spec, training);
        SeriesTable rows = SeriesTables.of(training, settings);
        if (spec.validationPath() == null) {
            return SeriesData.of(rows, Optional.empty(), settings, batch, seed, fitted, file);
        }
        DataFile held = DataFile.of("data.validationPath", spec.validationPath());
        SeriesTable validation = SeriesTables.of(read(held, "data.validationPath", spec), settings);
        return SeriesData.of(rows, Optional.of(validation), settings, batch, seed, fitted, file, held);
    }

    /**
     * All of the file as validation would have it.
     *
     * @param fitted the columns saved with a model
     */
    public static BatchSequence whole(DataSpec.Series spec, int batch, Columns fitted) {
        SeriesSet set = read(DataFile.of("data.path", spec.path()), "data.path", spec);
        SeriesSettings settings = settings(spec, set);
        return SeriesData.whole(SeriesTables.of(set, settings), settings, batch, fitted);
    }

    /** Reads a file of series in the format that its extension says. @param key that names the file */
    public static SeriesSet read(DataFile file, String key, DataSpec.Series spec) {
        String name = file.name().toLowerCase(Locale.ROOT);
        String extension = name.substring(name.lastIndexOf('.') + 1);
        SeriesReader reader = READERS.get(extension);
        if (reader == null) {
            throw InvalidInputException.of(
                    key,
                    "a file whose extension is one of " + String.join(", ", READERS.keySet()),
                    file.name(),
                    OTHERS.getOrDefault(extension, ""));
        }
        return reader.read(file, spec);
    }

    private static SeriesSettings settings(DataSpec.Series spec, SeriesSet set) {
        return new SeriesSettings(
                task(spec, set),
                true,
                1,
                null,
                spec.horizon(),
                Forecast.STEP,
                spec.missing(),
                spec.normalization(),
                spec.transform(),
                spec.season(),
                true,
                spec.validation(),
                spec.split());
    }

    private static CsvTask task(DataSpec.Series spec, SeriesSet set) {
        if (spec.task() == SeriesTask.AUTO && set.target() == Target.NONE) {
            throw InvalidInputException.of(
                    set.file(),
                    "classes or numbers to learn",
                    "none",
                    "Set data.task to forecasting to learn what comes next, or name where they stand in data.labels.");
        }
        return switch (spec.task()) {
            case CLASSIFICATION -> CsvTask.CLASSIFICATION;
            case REGRESSION -> CsvTask.REGRESSION;
            case FORECASTING -> CsvTask.FORECASTING;
            case AUTO -> set.target() == Target.CLASS ? CsvTask.CLASSIFICATION : CsvTask.REGRESSION;
        };
    }
}
