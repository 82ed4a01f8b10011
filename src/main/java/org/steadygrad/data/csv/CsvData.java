package org.steadygrad.data.csv;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.Seeds;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.batch.Windows;
import org.steadygrad.data.csv.CsvExamples.BySequence;
import org.steadygrad.data.csv.CsvExamples.ByWindow;
import org.steadygrad.data.csv.CsvExamples.Cut;
import org.steadygrad.data.csv.CsvRows.Segment;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.CsvTask;

/**
 * Rows of a CSV file as sequences: features [batch, inputs, time].
 *
 * <ul>
 *   <li>With a sequence column an example is one sequence, padded and masked; class or numbers must be the same in all its
 *       rows. The validation part is drawn with the seed, sequence by sequence.
 *   <li>Without one, the file is one series: its end is the validation part. Training takes neighbouring windows at an
 *       offset that differs from epoch to epoch; validation takes windows from its first row on, the last one padded and
 *       masked. A window's class or numbers are those of its last row.
 *   <li>Tagging: the label of step t is the class of its row, one-hot [batch, classes, time]; steps without a class are masked.
 *   <li>Forecasting: the label of step t is the target at t + horizon, [batch, targets, time]; steps whose target is missing
 *       are masked.
 * </ul>
 *
 * <p>Scaling is fitted on training rows; classes are those of the whole file, sorted as strings.
 */
public final class CsvData {
    private static final long SPLIT_SALT = 0x637376L;

    private final DataSpec.Csv spec;
    private final CsvRows rows;
    private final int horizon;

    private CsvData(DataSpec.Csv spec) {
        this.spec = spec;
        this.rows = CsvReading.read(spec);
        this.horizon = spec.task() == CsvTask.FORECASTING ? spec.horizon() : 0;
    }

    /**
     * Reads and scales the file.
     *
     * @param fitted null, or the columns saved with a model
     */
    public static DataSource open(DataSpec.Csv spec, int batch, long seed, Columns fitted) {
        CsvData data = new CsvData(spec);
        return spec.sequence() == null ? data.series(batch, seed, fitted) : data.sequences(batch, seed, fitted);
    }

    private DataSource sequences(int batch, long seed, Columns fitted) {
        List<Segment> all = rows.sequences();
        all.forEach(this::checkSequence);
        int held = SplitSource.validationCount(all.size(), spec.validation());
        if (held >= all.size()) {
            throw InvalidInputException.of(
                    rows.file(), "more than " + held + " sequences, which go to validation", all.size(), "");
        }
        int[] order = Seeds.permutation(all.size(), Seeds.at(SPLIT_SALT, seed));
        List<Segment> training = pick(all, Arrays.copyOfRange(order, held, order.length));
        Cut validation = held == 0 ? null : new BySequence(pick(all, Arrays.copyOf(order, held)), horizon);
        int longest = all.stream().mapToInt(Segment::length).max().orElseThrow() - horizon;
        return source(
                training, new Cut[] {new BySequence(training, horizon), validation}, longest, fitted, batch, seed);
    }

    private DataSource series(int batch, long seed, Columns fitted) {
        int count = rows.inputs().length;
        int held = (int) Math.round(count * spec.validation());
        int split = count - held;
        if (split < spec.window() + horizon) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least " + ((long) spec.window() + horizon) + " rows for training (data.window"
                            + (horizon > 0 ? " + data.horizon)" : ")"),
                    split + " (and " + held + " for validation)",
                    "Use a longer file or a smaller data.window.");
        }
        if (spec.validation() > 0 && held < 1 + horizon) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least " + (1 + horizon) + " rows for validation",
                    held,
                    "Raise data.validation, or set it to 0 to do without.");
        }
        Cut training = new ByWindow(new Windows(0, split - horizon, spec.window(), seed, true));
        Cut validation = held == 0 ? null : new ByWindow(new Windows(split, count - horizon, spec.window(), 0, false));
        Cut[] cuts = {training, validation};
        return source(List.of(new Segment(0, split)), cuts, spec.window(), fitted, batch, seed);
    }

    /** @param cuts training and validation, which may be null */
    private DataSource source(
            List<Segment> trainingRows, Cut[] cuts, int maxSteps, Columns fitted, int batch, long seed) {
        Columns columns = fitted == null ? CsvScaling.fit(rows, spec, trainingRows) : fitted;
        CsvValues values = CsvScaling.apply(rows, columns, spec.missing());
        DataDescription description = describe(columns, maxSteps);
        CsvPlaces places = CsvPlaces.of(rows);
        CsvExamples training = new CsvExamples(values, description, horizon, cuts[0], places);
        CsvExamples validation =
                cuts[1] == null ? null : new CsvExamples(values, description, horizon, cuts[1], places);
        return SplitSource.of(training, validation, batch, seed, columns)
                .reading(DataFile.of("data.path", spec.path()))
                .saying(rows.notes());
    }

    private DataDescription describe(Columns columns, int maxSteps) {
        TargetKind kind =
                switch (spec.task()) {
                    case CLASSIFICATION -> TargetKind.CLASS;
                    case REGRESSION -> TargetKind.NUMBERS;
                    case FORECASTING -> TargetKind.NUMBERS_PER_STEP;
                    case TAGGING -> TargetKind.CLASS_PER_STEP;
                };
        boolean classes = kind == TargetKind.CLASS || kind == TargetKind.CLASS_PER_STEP;
        int size = classes ? columns.classes().size() : columns.targets().size();
        if (classes && size < 2) {
            throw InvalidInputException.of(
                    rows.file() + ", column \"" + rows.targetNames().get(0) + "\"",
                    "at least 2 classes",
                    columns.classes(),
                    "");
        }
        return new DataDescription(InputKind.SEQUENCE, columns.inputs().size(), kind, size, maxSteps);
    }

    private void checkSequence(Segment sequence) {
        int first = sequence.begin();
        if (sequence.length() <= horizon) {
            throw InvalidInputException.of(
                    rows.file() + ", line " + rows.lines()[first],
                    "a sequence of more than " + horizon + " rows (data.horizon)",
                    sequence.length(),
                    "");
        }
        if (spec.task() == CsvTask.FORECASTING || spec.task() == CsvTask.TAGGING) {
            return;
        }
        for (int row = first + 1; row < sequence.end(); row++) {
            boolean same = spec.task() == CsvTask.CLASSIFICATION
                    ? rows.labels().get(row).equals(rows.labels().get(first))
                    : Arrays.equals(rows.targets()[row], rows.targets()[first]);
            if (!same) {
                String got = spec.task() == CsvTask.CLASSIFICATION
                        ? rows.labels().get(row)
                        : Arrays.toString(rows.targets()[row]);
                throw rows.error(
                        row,
                        String.join("\", \"", rows.targetNames()),
                        "the same target as in line " + rows.lines()[first] + " of the sequence",
                        got,
                        spec.task() == CsvTask.CLASSIFICATION
                                ? "For a class at every step set data.task to tagging."
                                : "");
            }
        }
    }

    private static List<Segment> pick(List<Segment> all, int[] chosen) {
        return IntStream.of(chosen).mapToObj(all::get).toList();
    }
}
