package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.RuleOfThumb;
import org.steadygrad.data.batch.PlannedBatches;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.batch.Windows;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesExamples.BySequence;
import org.steadygrad.data.series.SeriesExamples.ByStart;
import org.steadygrad.data.series.SeriesExamples.ByWindow;
import org.steadygrad.data.series.SeriesExamples.Cut;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.CsvTask;

/**
 * Rows of a file as sequences: features [batch, inputs, time].
 *
 * <ul>
 *   <li>By sequence an example is one sequence, padded and masked; class or numbers must be the same in all its rows. The
 *       validation part is drawn with the seed, sequence by sequence.
 *   <li>Otherwise the file is one series: its end is the validation part. Training takes neighbouring windows at an
 *       offset that differs from epoch to epoch; validation takes windows from its first row on, the last one padded and
 *       masked. A window's class or numbers are those of its last row.
 *   <li>Tagging: the label of step t is the class of its row, one-hot [batch, classes, time]; steps without a class are masked.
 *   <li>Forecasting a step: the label of step t is the target at t + horizon, [batch, targets, time]; steps whose target is missing
 *       are masked.
 *   <li>Forecasting a path: the label of a window is the next {@code horizon} values, [batch, targets * horizon], target by target.
 *       Windows begin {@code stride} rows apart, in training 1 if it isn't told, in validation {@code horizon}; those of the
 *       validation part read rows before it, so that each of its rows is forecast.
 * </ul>
 *
 * <p>A validation file is taken whole, and then all of the other file is training data. Scaling is fitted on training rows; classes
 * are those of all rows, sorted as strings.
 */
public final class SeriesData {
    private final SeriesSettings settings;
    private final SeriesTable rows;
    private final SequenceSplit split;
    private final int trainingRows;

    private SeriesData(SeriesTable training, Optional<SeriesTable> given, SeriesSettings settings, long seed) {
        this.settings = settings;
        rows = given.map(training::followedBy).orElse(training);
        split = settings.bySequence() ? SequenceSplit.of(training, given, settings, seed) : null;
        trainingRows = given.isPresent() ? training.count() : seriesSplit(training);
    }

    /** For rows of which none is trained on. */
    private SeriesData(SeriesTable rows, SeriesSettings settings) {
        this.settings = settings;
        this.rows = rows;
        split = null;
        trainingRows = 0;
    }

    /** Rows of a series that are trained on. */
    private int seriesSplit(SeriesTable table) {
        return table.count() - (int) Math.round(table.count() * settings.validation());
    }

    /**
     * Splits, scales and cuts rows.
     *
     * @param training rows, of which a share is kept for validation if there is no file for that
     * @param validation rows of a validation file
     * @param fitted null, or the columns saved with a model
     * @param files that the rows were read from
     */
    public static DataSource of(
            SeriesTable training,
            Optional<SeriesTable> validation,
            SeriesSettings settings,
            int batch,
            long seed,
            Columns fitted,
            DataFile... files) {
        SeriesData data = new SeriesData(training, validation, settings, seed);
        Parts parts = settings.bySequence() ? data.sequences() : data.windows(seed);
        return data.source(parts, batch, seed, fitted, files);
    }

    /**
     * All rows as validation would have them: each sequence, or windows from the first row on.
     *
     * @param fitted the columns saved with a model
     */
    public static BatchSequence whole(SeriesTable rows, SeriesSettings settings, int batch, Columns fitted) {
        SeriesData data = new SeriesData(rows, settings);
        return PlannedBatches.forValidation(data.examples(fitted), batch);
    }

    private SeriesExamples examples(Columns fitted) {
        int longest = settings.window();
        Cut cut;
        if (settings.bySequence()) {
            rows.sequences().forEach(this::checkSequence);
            cut = cut(rows.sequences());
            if (!settings.path()) {
                longest = rows.sequences().stream()
                                .mapToInt(Segment::length)
                                .max()
                                .orElseThrow()
                        - settings.reach();
            }
        } else {
            if (rows.count() <= settings.reach()) {
                throw InvalidInputException.of(
                        rows.file(),
                        "more than " + settings.reach() + " rows (data.horizon)",
                        rows.count(),
                        "No row of it has a label.");
            }
            cut = validationWindows(rows.count());
        }
        return new SeriesExamples(
                rows, SeriesScaling.apply(rows, fitted, settings), describe(fitted, longest), settings, cut);
    }

    /** Examples of both parts. @param validation null if there is none */
    private record Parts(
            List<Segment> trainingRows, List<Segment> validationRows, Cut training, Cut validation, int longest) {}

    private Parts sequences() {
        rows.sequences().forEach(this::checkSequence);
        int longest = rows.sequences().stream().mapToInt(Segment::length).max().orElseThrow() - settings.reach();
        return new Parts(
                split.training(),
                split.validation(),
                cut(split.training()),
                split.validation().isEmpty() ? null : cut(split.validation()),
                settings.path() ? settings.window() : longest);
    }

    private Cut cut(List<Segment> sequences) {
        return settings.path() ? paths(sequences, 1) : new BySequence(sequences, settings.reach());
    }

    private Parts windows(long seed) {
        int count = rows.count();
        int held = count - trainingRows;
        int reach = settings.reach();
        if (trainingRows < settings.window() + reach) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least " + ((long) settings.window() + reach) + " rows for training (data.window"
                            + (reach > 0 ? " + data.horizon)" : ")"),
                    trainingRows + " (and " + held + " for validation)",
                    "Use a longer file or a smaller data.window.");
        }
        boolean wanted = settings.validation() > 0 || held > 0;
        if (wanted && held < 1 + (settings.path() ? reach - 1 : reach)) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least " + (1 + (settings.path() ? reach - 1 : reach)) + " rows for validation",
                    held,
                    "Raise data.validation, or set it to 0 to do without.");
        }
        List<Segment> training = List.of(new Segment(0, trainingRows));
        List<Segment> validation = held == 0 ? List.of() : List.of(new Segment(trainingRows, count));
        return new Parts(
                training,
                validation,
                settings.path() || settings.stride() != null
                        ? paths(training, 1)
                        : new ByWindow(new Windows(0, trainingRows - reach, settings.window(), seed, true)),
                held == 0 ? null : validationWindows(count),
                settings.window());
    }

    private Cut validationWindows(int count) {
        if (!settings.path()) {
            return new ByWindow(new Windows(trainingRows, count - settings.reach(), settings.window(), 0, false));
        }
        boolean otherSeries = rows.sequences().stream().anyMatch(s -> s.begin() == trainingRows);
        int begin = otherSeries ? trainingRows : Math.max(0, trainingRows - settings.window());
        return paths(List.of(new Segment(begin, count)), settings.horizon());
    }

    /** Windows that are whole and followed by a path without missing values. @param usual stride if none is told */
    private Cut paths(List<Segment> sequences, int usual) {
        int stride = settings.stride() == null ? usual : settings.stride();
        List<Integer> starts = new ArrayList<>();
        for (Segment segment : sequences) {
            for (int start = segment.begin();
                    start + settings.window() + settings.reach() <= segment.end();
                    start += stride) {
                if (!settings.path() || complete(start + settings.window())) {
                    starts.add(start);
                }
            }
        }
        if (starts.isEmpty()) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least one window of " + settings.window() + " rows (data.window)"
                            + (settings.path()
                                    ? " and " + settings.horizon()
                                            + " rows without missing targets after it (data.horizon)"
                                    : ""),
                    "none in " + rows.origin().rows(sequences.get(0)),
                    "Use a longer file, a smaller data.window or a smaller data.horizon.");
        }
        return new ByStart(starts, settings.window());
    }

    private boolean complete(int begin) {
        return IntStream.range(begin, begin + settings.horizon())
                .noneMatch(row -> Arrays.stream(rows.targets()[row]).anyMatch(Double::isNaN));
    }

    private DataSource source(Parts parts, int batch, long seed, Columns fitted, DataFile... files) {
        Columns columns = fitted == null ? SeriesScaling.fit(rows, settings, parts.trainingRows()) : fitted;
        SeriesValues values = SeriesScaling.apply(rows, columns, settings);
        DataDescription description = describe(columns, parts.longest());
        SeriesExamples training = new SeriesExamples(rows, values, description, settings, parts.training());
        SeriesExamples validation = parts.validation() == null
                ? null
                : new SeriesExamples(rows, values, description, settings, parts.validation());
        return SplitSource.of(training, validation, batch, seed, columns)
                .compared(thumbs(training, validation, columns, parts.trainingRows(), batch, seed))
                .reading(files)
                .saying(rows.notes())
                .saying(SplitNotes.of(rows, parts.trainingRows(), parts.validationRows(), settings));
    }

    /** @param validation null if there is none */
    private List<RuleOfThumb> thumbs(
            SeriesExamples training,
            SeriesExamples validation,
            Columns columns,
            List<Segment> fitted,
            int batch,
            long seed) {
        if (!settings.forecasting()) {
            return List.of();
        }
        List<Column> targets = SeriesScaling.step(columns.targets(), settings);
        return new NaiveForecasts(rows, targets, fitted, settings)
                .all().stream()
                        .map(forecast -> new RuleOfThumb(
                                forecast.name(),
                                PlannedBatches.forTraining(training.saying(forecast.labels()), batch, seed),
                                Optional.ofNullable(validation)
                                        .map(examples -> PlannedBatches.forValidation(
                                                examples.saying(forecast.labels()), batch))))
                        .toList();
    }

    private DataDescription describe(Columns columns, int maxSteps) {
        TargetKind kind =
                switch (settings.task()) {
                    case CLASSIFICATION -> TargetKind.CLASS;
                    case REGRESSION -> TargetKind.NUMBERS;
                    case FORECASTING -> settings.path() ? TargetKind.NUMBERS : TargetKind.NUMBERS_PER_STEP;
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
        if (sequence.length() <= settings.reach()) {
            throw InvalidInputException.of(
                    rows.origin().row(first),
                    "a sequence of more than " + settings.reach() + " rows (data.horizon)",
                    sequence.length(),
                    "");
        }
        if (settings.forecasting() || settings.task() == CsvTask.TAGGING) {
            return;
        }
        boolean classes = settings.task() == CsvTask.CLASSIFICATION;
        for (int row = first + 1; row < sequence.end(); row++) {
            boolean same = classes
                    ? rows.labels().get(row).equals(rows.labels().get(first))
                    : Arrays.equals(rows.targets()[row], rows.targets()[first]);
            if (!same) {
                throw rows.error(
                        row,
                        String.join("\", \"", rows.targetNames()),
                        "the same target as in " + rows.origin().row(first) + ", in the same sequence",
                        classes ? rows.labels().get(row) : Arrays.toString(rows.targets()[row]),
                        classes ? "For a class at every step set data.task to tagging." : "");
            }
        }
    }
}
