package org.steadygrad.predict;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.Missing;

/** Makes features of inputs in original units, as it was done in training. */
final class InputEncoding {
    private final List<String> names;
    private final List<Column> columns;
    private final int symbols;
    private final Missing missing;

    private InputEncoding(List<String> names, List<Column> columns, int symbols, Missing missing) {
        this.names = List.copyOf(names);
        this.columns = List.copyOf(columns);
        this.symbols = symbols;
        this.missing = missing;
    }

    /** @param data of the run, which says what becomes of missing values */
    static InputEncoding of(DataDescription description, DataArtifact artifact, DataSpec data) {
        if (artifact instanceof DataArtifact.Columns fitted && !fitted.inputs().isEmpty()) {
            Missing missing = data instanceof DataSpec.Csv csv
                    ? csv.missing()
                    : data instanceof DataSpec.Series series ? series.missing() : Missing.ERROR;
            return new InputEncoding(fitted.inputs().stream().map(Column::name).toList(), fitted.inputs(), 0, missing);
        }
        if (description.input() == InputKind.SYMBOLS) {
            return new InputEncoding(List.of("symbol"), List.of(), description.inputSize(), Missing.ERROR);
        }
        List<String> numbers = IntStream.rangeClosed(1, description.inputSize())
                .mapToObj(String::valueOf)
                .toList();
        return new InputEncoding(numbers, List.of(), 0, Missing.ERROR);
    }

    /** Names of the inputs of one time step. */
    List<String> names() {
        return names;
    }

    /** What a missing value of a sequence's first step is taken for: the means in training. */
    double[] beforeTheFirstStep() {
        return columns.isEmpty()
                ? Collections.nCopies(names.size(), 0.0).stream()
                        .mapToDouble(v -> v)
                        .toArray()
                : columns.stream().mapToDouble(Column::mean).toArray();
    }

    /** Rows that references look at, at most. */
    int reach() {
        return columns.stream()
                .filter(column -> column.reference() != null)
                .mapToInt(column -> column.reference().reach())
                .max()
                .orElse(0);
    }

    /**
     * @param step inputs in original units, NaN where missing
     * @param previous those of the step before, with missing ones filled in; takes this step's
     * @param history of the steps before
     * @param features takes the features; NaN where the history is too short for them
     * @param origin where the step stands, for errors; null for the program that calls
     */
    void encode(double[] step, double[] previous, SeriesHistory history, float[] features, String origin) {
        if (step.length != names.size()) {
            throw InvalidInputException.of(
                    who(origin), names.size() + " inputs in a time step, " + shown(), step.length, "");
        }
        for (int i = 0; i < step.length; i++) {
            double value = Double.isNaN(step[i]) ? filled(i, previous[i], origin) : step[i];
            double from = columns.isEmpty() ? 0 : history.reference(columns.get(i), i);
            // without a reference yet, the value itself says whether it can be one
            float feature =
                    (float) (columns.isEmpty() ? value : columns.get(i).scaled(value, Double.isNaN(from) ? 0 : from));
            boolean known = symbols == 0 || (value >= 0 && value < symbols && value == Math.rint(value));
            if (!known || !Float.isFinite(feature)) {
                String expected = symbols > 0
                        ? "a whole number from 0 to " + (symbols - 1)
                        : "a number that a 32-bit float can hold"
                                + (!columns.isEmpty() && columns.get(i).log()
                                        ? ", above 0, since its logarithm is taken"
                                        : "");
                throw InvalidInputException.of(who(origin) + ", input " + names.get(i), expected, value, "");
            }
            previous[i] = value;
            features[i] = Double.isNaN(from) ? Float.NaN : feature;
        }
    }

    private double filled(int input, double previous, String origin) {
        Optional<Double> mean = columns.isEmpty()
                ? Optional.empty()
                : Optional.of(columns.get(input).mean());
        if (missing == Missing.ERROR || mean.isEmpty()) {
            throw InvalidInputException.of(
                    who(origin) + ", input " + names.get(input),
                    "a number",
                    Double.NaN,
                    "The model's run file doesn't say what missing inputs are taken for (data.missing).");
        }
        boolean carried = missing == Missing.PREVIOUS || columns.get(input).reference() != null;
        return carried ? previous : mean.get();
    }

    private static String who(String origin) {
        return origin == null ? "Predictor" : origin;
    }

    private String shown() {
        return names.size() > 12 ? names.get(0) + " to " + names.get(names.size() - 1) : names.toString();
    }
}
