package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.steadygrad.data.DataArtifact.Columns;
import org.steadygrad.data.series.SeriesTable.Segment;

/** What makes the validation part no fair measure of what was learnt, in words. */
final class SplitNotes {
    /** Deviations of the training part by which validation may lie beyond its least and largest value without a word. */
    private static final double FAR = 1;

    private final SeriesTable rows;
    private final List<Segment> training;
    private final List<Segment> validation;
    private final Columns columns;
    private final List<String> notes = new ArrayList<>();

    private SplitNotes(SeriesTable rows, List<Segment> training, List<Segment> validation, Columns columns) {
        this.rows = rows;
        this.training = training;
        this.validation = validation;
        this.columns = columns;
    }

    static List<String> of(
            SeriesTable rows,
            List<Segment> training,
            List<Segment> validation,
            Columns columns,
            SeriesSettings settings) {
        SplitNotes split = new SplitNotes(rows, training, validation, columns);
        if (!validation.isEmpty()) {
            split.classes();
            split.ranges(
                    "input", rows.inputNames().subList(0, rows.inputNames().size() - rows.unscaled()), rows.inputs());
            if (settings.forecasting()) {
                split.newTargets();
            } else if (!rows.classes()) {
                split.ranges("target", rows.targetNames(), rows.targets());
            }
            if (settings.bySequence()) {
                split.duplicates();
            }
        }
        return split.notes.stream().map(note -> rows.file() + ": " + note + ".").toList();
    }

    private void classes() {
        if (!rows.classes()) {
            return;
        }
        Map<String, Long> missing = counts(validation);
        missing.keySet().removeAll(counts(training).keySet());
        new TreeSet<>(missing.keySet())
                .forEach(label -> notes.add("class \"" + label + "\" has no example in training, but "
                        + missing.get(label) + " in validation: none of them can be recognised"));
    }

    /** Number of sequences by class, of rows where a class stands at every step. */
    private Map<String, Long> counts(List<Segment> part) {
        Map<String, Long> counts = new HashMap<>();
        for (Segment segment : part) {
            for (String label : rows.labels().subList(segment.begin(), segment.end()).stream()
                    .filter(Objects::nonNull)
                    .collect(Collectors.toSet())) {
                counts.merge(label, 1L, Long::sum);
            }
        }
        return counts;
    }

    /** Targets of forecasts that are inputs as well are said once. */
    private void newTargets() {
        List<String> others = rows.targetNames().stream()
                .filter(name -> !rows.inputNames().contains(name))
                .toList();
        if (others.equals(rows.targetNames())) {
            ranges("target", others, rows.targets());
        }
    }

    private void ranges(String what, List<String> names, double[][] values) {
        for (int i = 0; i < names.size(); i++) {
            if (what.equals("input") && columns.inputs().get(i).reference() != null) {
                continue; // differences are the same size everywhere
            }
            Range here = Range.of(training, values, i);
            Range there = Range.of(validation, values, i);
            double beyond = Math.max(there.largest() - here.largest(), here.least() - there.least());
            if (here.least() == here.largest() && beyond > 0) {
                notes.add(String.format(
                        Locale.ROOT,
                        "%s \"%s\" is %.4g throughout training, but %.4g to %.4g in validation",
                        what,
                        names.get(i),
                        here.least(),
                        there.least(),
                        there.largest()));
            } else if (beyond / here.deviation() > FAR) {
                notes.add(String.format(
                        Locale.ROOT,
                        "%s \"%s\" goes %.2g deviations beyond the training part's range in validation (%.4g to %.4g, in training %.4g to %.4g)",
                        what,
                        names.get(i),
                        beyond / here.deviation(),
                        there.least(),
                        there.largest(),
                        here.least(),
                        here.largest()));
            }
        }
    }

    /** Of the numbers of one column. */
    private record Range(double least, double largest, double deviation) {
        static Range of(List<Segment> part, double[][] values, int column) {
            double[] numbers = part.stream()
                    .flatMap(segment -> Arrays.stream(values, segment.begin(), segment.end()))
                    .mapToDouble(row -> row[column])
                    .filter(value -> !Double.isNaN(value))
                    .toArray();
            double mean = Arrays.stream(numbers).average().orElse(0);
            double variance = Arrays.stream(numbers)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElse(0);
            return new Range(
                    Arrays.stream(numbers).min().orElse(Double.NaN),
                    Arrays.stream(numbers).max().orElse(Double.NaN),
                    Math.sqrt(variance));
        }
    }

    /** A hash decides which sequences are compared. */
    private void duplicates() {
        Map<Integer, List<Segment>> known = training.stream().collect(Collectors.groupingBy(this::hash));
        int count = 0;
        String first = null;
        for (Segment held : validation) {
            Segment same = known.getOrDefault(hash(held), List.of()).stream()
                    .filter(other -> Arrays.deepEquals(inputs(other), inputs(held)))
                    .findFirst()
                    .orElse(null);
            if (same != null) {
                count++;
                first = first == null
                        ? rows.origin().rows(held) + " and " + rows.origin().rows(same)
                        : first;
            }
        }
        if (count > 0) {
            notes.add(count + " of " + validation.size()
                    + " validation sequences have the inputs of a training sequence (" + first
                    + "): for these, what was learnt by heart counts as right");
        }
    }

    private int hash(Segment segment) {
        return Arrays.deepHashCode(inputs(segment));
    }

    private double[][] inputs(Segment segment) {
        return Arrays.copyOfRange(rows.inputs(), segment.begin(), segment.end());
    }
}
