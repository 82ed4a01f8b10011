package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;
import org.steadygrad.data.series.SeriesTable.Origin;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Missing;

/** Series as rows. */
final class SeriesTables {
    private SeriesTables() {}

    /** @throws InvalidInputException if a value or what is to be learnt is missing, and mustn't be */
    static SeriesTable of(SeriesSet set, SeriesSettings settings) {
        if (set.series().isEmpty()) {
            throw InvalidInputException.of(set.file(), "at least one series", "none", "");
        }
        List<Segment> segments = new ArrayList<>();
        int rows = 0;
        long missing = 0;
        for (Series series : set.series()) {
            check(set, series, settings);
            segments.add(new Segment(rows, rows + series.steps()));
            rows += series.steps();
            missing += Arrays.stream(series.values())
                    .flatMapToDouble(Arrays::stream)
                    .filter(Double::isNaN)
                    .count();
        }
        double[][] inputs = rows(set, rows);
        boolean classes = settings.task() == CsvTask.CLASSIFICATION;
        double[][] targets = settings.forecasting() ? inputs : classes ? new double[0][] : targets(set, rows);
        List<String> notes = new ArrayList<>(set.notes());
        if (missing > 0) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%s: %d of %d values are missing, and are filled in with %s.",
                    set.file(),
                    missing,
                    (long) rows * set.dimensions().size(),
                    settings.missing() == Missing.MEAN ? "the dimension's mean" : "the value before"));
        }
        return new SeriesTable(
                set.file(),
                set.dimensions(),
                0,
                targetNames(set, settings),
                inputs,
                targets,
                classes ? labels(set) : List.of(),
                new double[0],
                origin(set, segments),
                segments,
                List.of(),
                Set.of(),
                0,
                notes);
    }

    private static List<String> targetNames(SeriesSet set, SeriesSettings settings) {
        return switch (settings.task()) {
            case FORECASTING -> set.dimensions();
            case REGRESSION -> {
                int count = set.series().get(0).targets().length;
                yield count == 1
                        ? List.of("target")
                        : IntStream.rangeClosed(1, count)
                                .mapToObj(i -> "target " + i)
                                .toList();
            }
            case CLASSIFICATION, TAGGING -> List.of("class");
        };
    }

    private static void check(SeriesSet set, Series series, SeriesSettings settings) {
        if (settings.task() == CsvTask.CLASSIFICATION && series.label() == null) {
            throw InvalidInputException.of(
                    series.origin(),
                    "a class",
                    null,
                    "Take the series out, or name where classes stand in data.labels.");
        }
        boolean numbers = settings.task() == CsvTask.REGRESSION;
        if (numbers
                && (set.target() != Target.NUMBERS
                        || Arrays.stream(series.targets()).anyMatch(Double::isNaN))) {
            throw InvalidInputException.of(
                    series.origin(),
                    "numbers to learn",
                    set.target() == Target.NUMBERS
                            ? "a missing one"
                            : set.target() == Target.CLASS ? "a class" : "nothing",
                    "Take the series out, or set data.task.");
        }
        int targets = set.series().get(0).targets().length;
        if (numbers && series.targets().length != targets) {
            throw InvalidInputException.of(
                    series.origin(), targets + " numbers to learn as in the first series", series.targets().length, "");
        }
        for (int i = 0; i < series.values().length; i++) {
            for (int step = 0; step < series.steps(); step++) {
                double value = series.values()[i][step];
                if (Double.isNaN(value) && settings.missing() == Missing.ERROR) {
                    throw InvalidInputException.of(
                            place(set, series, i, step),
                            "a number",
                            "a missing value",
                            "Set data.missing to mean or previous to have missing values filled in.");
                }
                if (Math.abs(value) > Float.MAX_VALUE) {
                    throw InvalidInputException.of(
                            place(set, series, i, step),
                            "a number that a 32-bit float can hold",
                            value,
                            "Mend the file.");
                }
            }
        }
    }

    private static String place(SeriesSet set, Series series, int dimension, int step) {
        return series.origin() + ", dimension \"" + set.dimensions().get(dimension) + "\", time step " + step;
    }

    private static double[][] rows(SeriesSet set, int count) {
        double[][] rows = new double[count][set.dimensions().size()];
        int row = 0;
        for (Series series : set.series()) {
            for (int step = 0; step < series.steps(); step++, row++) {
                for (int i = 0; i < rows[row].length; i++) {
                    rows[row][i] = series.values()[i][step];
                }
            }
        }
        return rows;
    }

    private static double[][] targets(SeriesSet set, int count) {
        double[][] targets = new double[count][];
        int row = 0;
        for (Series series : set.series()) {
            Arrays.fill(targets, row, row + series.steps(), series.targets());
            row += series.steps();
        }
        return targets;
    }

    private static List<String> labels(SeriesSet set) {
        return set.series().stream()
                .flatMap(series -> IntStream.range(0, series.steps()).mapToObj(i -> series.label()))
                .toList();
    }

    private static Origin origin(SeriesSet set, List<Segment> segments) {
        int[] begins = segments.stream().mapToInt(Segment::begin).toArray();
        return new Origin() {
            @Override
            public String row(int row) {
                int series = series(row);
                return set.series().get(series).origin() + ", time step " + (row - begins[series]);
            }

            @Override
            public String rows(Segment rows) {
                return set.series().get(series(rows.begin())).origin();
            }

            private int series(int row) {
                int found = Arrays.binarySearch(begins, row);
                return found >= 0 ? found : -found - 2;
            }
        };
    }
}
