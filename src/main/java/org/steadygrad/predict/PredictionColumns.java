package org.steadygrad.predict;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.InputExamples.KeyColumn;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Forecast;
import org.steadygrad.spec.DataSpec.SeriesTask;

/**
 * The columns of a file of predictions: keys, the most probable class if there are classes, and a number for each output, which is a
 * probability or in original units.
 *
 * @param keys what rows are told apart by
 * @param classColumn name of the column of the most probable class; empty where there are no classes
 * @param outputs names of classes, keys or targets
 * @param outputColumns a column for each of them
 * @param probabilities whether the numbers are probabilities
 */
record PredictionColumns(
        List<KeyColumn> keys,
        String classColumn,
        List<String> outputs,
        List<String> outputColumns,
        boolean probabilities) {

    /** A row of them. @param best the most probable class; null where there are no classes */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Row(List<Object> keys, String best, double[] values) {}

    static PredictionColumns of(Predictor predictor, List<KeyColumn> keys) {
        TargetKind target = predictor.run().description().target();
        boolean probabilities = target != TargetKind.NUMBERS && target != TargetKind.NUMBERS_PER_STEP;
        DataSpec data = predictor.run().run(List.of()).data();
        String later = later(data);
        Set<String> taken = new HashSet<>();
        keys.forEach(key -> add(taken, key.name()));
        String classColumn = predictor.classes() ? free(taken, "class") : "";
        List<String> columns = new ArrayList<>();
        for (String output : probabilities ? predictor.outputs() : predictor.outputs(later)) {
            columns.add(free(taken, probabilities ? "p(" + output + ")" : output));
        }
        return new PredictionColumns(List.copyOf(keys), classColumn, predictor.outputs(), columns, probabilities);
    }

    /** Of a forecast of a single step, how many rows later that is; names of paths say it already. */
    private static String later(DataSpec data) {
        if (data instanceof DataSpec.Csv csv) {
            boolean step = csv.task() == CsvTask.FORECASTING && csv.forecast() == Forecast.STEP;
            return step ? "+" + csv.horizon() : "";
        }
        return data instanceof DataSpec.Series series && series.task() == SeriesTask.FORECASTING
                ? "+" + series.horizon()
                : "";
    }

    /** A name that a key has already is told from it. */
    private static String free(Set<String> taken, String name) {
        String free = taken.contains(name) ? "predicted " + name : name;
        add(taken, free);
        return free;
    }

    private static void add(Set<String> taken, String name) {
        if (!taken.add(name)) {
            throw InvalidInputException.of(
                    "predictions",
                    "every column to have a name of its own",
                    name + " twice",
                    "Rename the column in the data, or don't keep it.");
        }
    }

    boolean classes() {
        return !classColumn.isEmpty();
    }
}
