package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchSequence;
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
import org.steadygrad.data.series.SeriesExamples.WarmedUp;
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
        this(rows, settings, null, 0);
    }

    private SeriesData(SeriesTable rows, SeriesSettings settings, SequenceSplit split, int trainingRows) {
        this.settings = settings;
        this.rows = rows;
        this.split = split;
        this.trainingRows = trainingRows;
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
        return new SeriesData(training, validation, settings, seed).source(batch, seed, fitted, files);
    }

    /**
     * All rows as validation would have them: each sequence, or windows from the first row on.
     *
     * @param fitted the columns saved with a model
     */
    public static BatchSequence whole(SeriesTable rows, SeriesSettings settings, int batch, Columns fitted) {
        SeriesSettings told = fitted.window() > 0 ? settings.withWindow(fitted.window()) : DefaultWindow.told(settings);
        return PlannedBatches.forValidation(new SeriesData(rows, told).examples(fitted), batch);
    }

    private SeriesExamples examples(Columns fitted) {
        int longest = settings.window();
        Cut cut;
        if (settings.bySequence()) {
            rows.sequences().forEach(sequence -> checkSequence(sequence, fitted.history()));
            cut = cut(rows.sequences(), fitted.history());
            if (!settings.path()) {
                longest = longest(fitted.history());
            }
        } else {
            int needed = settings.reach() + fitted.history();
            if (rows.count() <= needed) {
                throw InvalidInputException.of(
                        rows.file(),
                        "more than " + needed + " rows (data.horizon"
                                + (fitted.history() > 0 ? ", and " + fitted.history() + " for data.transform)" : ")"),
                        rows.count(),
                        "No row of it has a label.");
            }
            cut = validationWindows(rows.count(), fitted.history());
        }
        return new SeriesExamples(
                rows, SeriesScaling.apply(rows, fitted, settings), describe(fitted, longest), settings, cut);
    }

    /** Examples of both parts. @param validation null if there is none */
    private record Parts(
            List<Segment> trainingRows, List<Segment> validationRows, Cut training, Cut validation, int longest) {}

    private int longest(int history) {
        return rows.sequences().stream().mapToInt(Segment::length).max().orElseThrow() - settings.reach() - history;
    }

    private Parts sequences(List<Segment> training, List<Segment> validation, int history) {
        rows.sequences().forEach(sequence -> checkSequence(sequence, history));
        return new Parts(
                training,
                validation,
                cut(training, history),
                validation.isEmpty() ? null : cut(validation, history),
                settings.path() ? settings.window() : longest(history));
    }

    private Cut cut(List<Segment> sequences, int history) {
        List<Segment> shown = sequences.stream()
                .map(all -> new Segment(all.begin() + history, all.end()))
                .toList();
        return settings.path() ? paths(shown, 1) : new BySequence(shown, settings.reach());
    }

    /** @param history first rows of a series that give no input */
    private Parts windows(List<Segment> training, List<Segment> validation, int history, long seed) {
        int count = rows.count();
        int held = count - trainingRows;
        int reach = settings.reach();
        if (trainingRows < settings.window() + reach + history) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least " + ((long) settings.window() + reach + history) + " rows for training (data.window"
                            + (reach > 0 ? " + data.horizon" : "")
                            + (history > 0 ? ", and " + history + " for data.transform)" : ")"),
                    trainingRows + " (and " + held + " for validation)",
                    "Use a longer file or a smaller data.window.");
        }
        boolean wanted = settings.validation() > 0 || held > 0;
        int before = otherSeries() ? history : 0;
        int least = before + 1 + (settings.path() ? reach - 1 : reach);
        if (wanted && held < least) {
            throw InvalidInputException.of(
                    rows.file(),
                    "at least " + least + " rows for validation",
                    held,
                    "Raise data.validation, or set it to 0 to do without.");
        }
        return new Parts(
                training,
                validation,
                settings.path() || settings.stride() != null
                        ? paths(List.of(new Segment(history, trainingRows)), 1)
                        : new ByWindow(new Windows(history, trainingRows - reach, settings.window(), seed, true)),
                held == 0 ? null : validationWindows(count, history),
                settings.window());
    }

    /** Whether validation rows are a series of their own. */
    private boolean otherSeries() {
        return rows.sequences().stream().anyMatch(s -> s.begin() == trainingRows);
    }

    private Cut validationWindows(int count, int history) {
        int earliest = otherSeries() ? trainingRows + history : history;
        if (settings.path()) {
            int begin = Math.max(earliest, trainingRows - settings.window());
            return paths(List.of(new Segment(begin, count)), settings.horizon());
        }
        int begin = Math.max(earliest, trainingRows);
        Windows windows = new Windows(begin, count - settings.reach(), settings.window(), 0, false);
        return settings.forecasting() ? new WarmedUp(windows, settings.window(), earliest) : new ByWindow(windows);
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

    private DataSource source(int batch, long seed, Columns fitted, DataFile... files) {
        List<Segment> trained = settings.bySequence() ? split.training() : List.of(new Segment(0, trainingRows));
        List<Segment> held = settings.bySequence()
                ? split.validation()
                : trainingRows == rows.count() ? List.of() : List.of(new Segment(trainingRows, rows.count()));
        List<String> notes = new ArrayList<>();
        Columns columns = fitted;
        if (fitted == null) {
            TransformChoice.Choices choices = TransformChoice.of(rows, settings, trained);
            notes.addAll(choices.notes());
            columns = SeriesScaling.fit(rows, settings, trained, choices);
            OptionalInt window = DefaultWindow.of(settings, trained, columns.history(), choices.season());
            columns = new Columns(columns.inputs(), columns.targets(), columns.classes(), window.orElse(0));
        }
        SeriesSettings told =
                columns.window() > 0 ? settings.withWindow(columns.window()) : DefaultWindow.told(settings);
        return new SeriesData(rows, told, split, trainingRows)
                .source(trained, held, columns, batch, seed, notes, files);
    }

    private DataSource source(
            List<Segment> trained,
            List<Segment> held,
            Columns columns,
            int batch,
            long seed,
            List<String> notes,
            DataFile... files) {
        Parts parts = settings.bySequence()
                ? sequences(trained, held, columns.history())
                : windows(trained, held, columns.history(), seed);
        SeriesValues values = SeriesScaling.apply(rows, columns, settings);
        DataDescription description = describe(columns, parts.longest());
        SeriesExamples training = new SeriesExamples(rows, values, description, settings, parts.training());
        SeriesExamples validation = parts.validation() == null
                ? null
                : new SeriesExamples(rows, values, description, settings, parts.validation());
        return SplitSource.of(training, validation, batch, seed, columns)
                .compared(thumbs(training, validation, parts.trainingRows(), batch, seed))
                .reading(files)
                .saying(rows.notes())
                .saying(notes)
                .saying(SplitNotes.of(rows, parts.trainingRows(), parts.validationRows(), columns, settings));
    }

    /** @param validation null if there is none */
    private List<RuleOfThumb> thumbs(
            SeriesExamples training, SeriesExamples validation, List<Segment> fitted, int batch, long seed) {
        if (!settings.forecasting()) {
            return List.of();
        }
        return new NaiveForecasts(rows, training.values().targets(), fitted, settings)
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

    private void checkSequence(Segment sequence, int history) {
        int first = sequence.begin();
        if (sequence.length() <= settings.reach() + history) {
            throw InvalidInputException.of(
                    rows.origin().row(first),
                    "a sequence of more than " + (settings.reach() + history) + " rows (data.horizon"
                            + (history > 0 ? ", and " + history + " for data.transform)" : ")"),
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
