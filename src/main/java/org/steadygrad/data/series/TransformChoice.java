package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.steadygrad.check.Counted;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.Reference;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.Transform;

/**
 * What of a series that is forecast, and that is an input, is learnt in place of its values. Nothing but training rows is looked at.
 *
 * <p>Of the three {@link Reference}s that one is taken which errs least (root of the mean square) when it alone forecasts the farthest
 * step ahead, if it errs at most half as much as the mean does; otherwise values are learnt as they are. Over how many seasons
 * is averaged is told by forecasts of one step. Logarithms are taken of series above 0 that are learnt by differences, if they
 * grow twofold at least, from stretch to stretch, and what the reference errs by grows with them: the slope of its
 * logarithm on that of the level is at least 1/2 (Guerrero 1993 estimates a power of Box and Cox so), and twice its standard error.
 */
final class TransformChoice {
    /** Largest share of the mean's error at which a reference is taken. */
    private static final double WORTH = 0.5;

    /** Share of the best other's error that a season which no calendar tells must fall below. */
    private static final double NOTICED = 0.9;

    private static final int[] SEASONS = {1, 2, 3, 4, 5, 7, 10};
    private static final int FEWEST = 16;
    private static final int STRETCH = 12;
    private static final double GROWTH = 2;
    private static final double SLOPE = 0.5;

    private final SeriesTable rows;
    private final SeriesSettings settings;
    private final List<Segment> training;
    private final List<String> notes = new ArrayList<>();

    private TransformChoice(SeriesTable rows, SeriesSettings settings, List<Segment> training) {
        this.rows = rows;
        this.settings = settings;
        this.training = training;
    }

    /** @param reference null for the values themselves */
    record Choice(boolean log, Reference reference) {
        int history() {
            return reference == null ? 0 : reference.history();
        }
    }

    /**
     * @param byName for each input that is a target, and for each column whose logarithm is taken
     * @param notes what was decided, in words
     * @param season that was found in any of them; 0 for none
     */
    record Choices(Map<String, Choice> byName, List<String> notes, int season) {
        Choice of(String name) {
            return byName.getOrDefault(name, new Choice(false, null));
        }

        int history() {
            return byName.values().stream().mapToInt(Choice::history).max().orElse(0);
        }
    }

    /** @param training rows of the training part */
    static Choices of(SeriesTable rows, SeriesSettings settings, List<Segment> training) {
        TransformChoice choice = new TransformChoice(rows, settings, training);
        Map<String, Choice> byName = new LinkedHashMap<>();
        rows.logarithms().forEach(name -> byName.put(name, new Choice(true, null)));
        if (settings.forecasting() && settings.transform() != Transform.NONE) {
            rows.targetNames().stream()
                    .filter(rows.inputNames()::contains)
                    .forEach(name -> byName.put(name, choice.choose(name)));
        }
        int season = byName.values().stream()
                .filter(chosen -> chosen.reference() != null)
                .mapToInt(chosen -> chosen.reference().season())
                .max()
                .orElse(0);
        return new Choices(byName, choice.notes, season);
    }

    private Choice choose(String name) {
        boolean log = rows.logarithms().contains(name) || settings.transform() == Transform.RETURNS;
        Trial values = new Trial(name, log);
        Optional<Scored> found =
                switch (settings.transform()) {
                    case NONE -> Optional.empty();
                    case DIFFERENCE, RETURNS -> Optional.of(values.score(Reference.last()));
                    case SEASON -> Optional.of(values.bestSeasons(Reference.Kind.SEASON));
                    case SEASON_AND_DIFFERENCE -> Optional.of(values.bestSeasons(Reference.Kind.SEASON_AND_LAST));
                    case AUTO -> values.choose();
                };
        if (found.isEmpty()) {
            return new Choice(log, null);
        }
        Scored chosen = found.get();
        boolean auto = settings.transform() == Transform.AUTO;
        if (auto && !log && settings.chooseLogarithms() && values.growsWithLevel(chosen.reference())) {
            Trial logarithms = new Trial(name, true);
            Optional<Scored> again = logarithms.choose();
            if (again.isPresent()) {
                values = logarithms;
                chosen = again.get();
                log = true;
            }
        }
        note(name, log, chosen, values.meanError);
        return new Choice(log, chosen.reference());
    }

    private void note(String name, boolean log, Scored chosen, double meanError) {
        String how = settings.transform() == Transform.AUTO
                ? String.format(
                        Locale.ROOT,
                        ": %s ahead these alone have %.2g of the mean's error in the training part (data.transform: none learns values)",
                        Counted.of(settings.horizon(), "row"),
                        chosen.error() / meanError)
                : "";
        notes.add(String.format(
                "%s: column \"%s\" is learnt as %s%s%s.",
                rows.file(),
                name,
                log ? "logarithms, by " : "",
                chosen.reference().words(),
                how));
    }

    /** A reference and the root of its mean squared error at the horizon. */
    private record Scored(Reference reference, double error) {}

    /** Forecasts of one column by references alone. */
    private final class Trial {
        private final Column column;
        private final double[] levels;
        private final double meanError;
        private final int season;
        private final boolean noticed;

        Trial(String name, boolean log) {
            int position = rows.inputNames().indexOf(name);
            double mean = training.stream()
                    .flatMapToDouble(part ->
                            IntStream.range(part.begin(), part.end()).mapToDouble(row -> rows.inputs()[row][position]))
                    .filter(value -> !Double.isNaN(value))
                    .average()
                    .orElse(0);
            column = new Column(name, 0, 1, mean, log);
            levels = new KnownLevels(rows).of(column, name);
            meanError = deviation();
            int told = settings.season() != null ? settings.season() : rows.season();
            noticed = told == 0;
            season = noticed ? SeasonSearch.find(levels, training) : told;
        }

        private double deviation() {
            double[] all = training.stream()
                    .flatMapToDouble(
                            part -> IntStream.range(part.begin(), part.end()).mapToDouble(row -> levels[row]))
                    .toArray();
            double mean = IntStream.range(0, all.length)
                    .mapToDouble(i -> all[i])
                    .average()
                    .orElse(0);
            return Math.sqrt(IntStream.range(0, all.length)
                    .mapToDouble(i -> (all[i] - mean) * (all[i] - mean))
                    .average()
                    .orElse(0));
        }

        Optional<Scored> choose() {
            if (!fits(Reference.last())) {
                return Optional.empty();
            }
            Scored last = score(Reference.last());
            Scored best = last;
            if (season > 1) {
                for (Reference.Kind kind : List.of(Reference.Kind.SEASON, Reference.Kind.SEASON_AND_LAST)) {
                    if (!fits(new Reference(kind, season, 1))) {
                        continue;
                    }
                    Scored seasonal = bestSeasons(kind);
                    boolean better =
                            seasonal.error() < best.error() && (!noticed || seasonal.error() < NOTICED * last.error());
                    best = better ? seasonal : best;
                }
            }
            return best.error() <= WORTH * meanError ? Optional.of(best) : Optional.empty();
        }

        /** Whether no sequence is too short for it. */
        private boolean fits(Reference reference) {
            return rows.sequences().stream()
                    .allMatch(sequence -> sequence.length() > reference.history() + settings.reach());
        }

        Scored bestSeasons(Reference.Kind kind) {
            if (season < 2) {
                throw InvalidInputException.of(
                        "data.transform",
                        "a series with a season",
                        "none that times tell or that can be noticed",
                        "Tell it in data.season, for example 12 for months.");
            }
            Reference best = null;
            double least = Double.POSITIVE_INFINITY;
            for (int seasons : SEASONS) {
                Reference reference = new Reference(kind, season, seasons);
                double error = error(reference, 1);
                if (best == null || error < least) {
                    best = reference;
                    least = error;
                }
            }
            return score(best);
        }

        Scored score(Reference reference) {
            return new Scored(reference, error(reference, settings.horizon()));
        }

        /** Root of the mean squared error, over the same rows for all references; infinite where there are too few. */
        private double error(Reference reference, int ahead) {
            double[] errors = errors(reference, ahead);
            return errors.length < FEWEST
                    ? Double.POSITIVE_INFINITY
                    : Math.sqrt(IntStream.range(0, errors.length)
                            .mapToDouble(i -> errors[i] * errors[i])
                            .average()
                            .orElseThrow());
        }

        private double[] errors(Reference reference, int ahead) {
            int history = season > 1 ? season + 1 : 1;
            return training.stream()
                    .flatMapToDouble(part -> IntStream.range(part.begin() + history - 1 + ahead, part.end())
                            .mapToDouble(row ->
                                    levels[row] - reference.of(at -> levels[at], part.begin(), row - ahead, ahead)))
                    .toArray();
        }

        boolean growsWithLevel(Reference reference) {
            double least = training.stream()
                    .flatMapToDouble(
                            part -> IntStream.range(part.begin(), part.end()).mapToDouble(row -> levels[row]))
                    .min()
                    .orElse(0);
            if (least <= 0) {
                return false;
            }
            int stretch = Math.max(STRETCH, season);
            List<double[]> points = new ArrayList<>();
            for (Segment part : training) {
                for (int end = part.end(); end - stretch >= part.begin() + reference.history(); end -= stretch) {
                    points.add(stretch(reference, part.begin(), end - stretch, end));
                }
            }
            points.removeIf(point -> point[2] == 0);
            if (points.size() < 4) {
                return false;
            }
            double low = points.stream().mapToDouble(point -> point[0]).min().orElseThrow();
            double high = points.stream().mapToDouble(point -> point[0]).max().orElseThrow();
            return high >= Math.log(GROWTH) + low && steep(points);
        }

        /** Logarithms of the mean level and of the error one step ahead; the error itself. */
        private double[] stretch(Reference reference, int begin, int from, int to) {
            double level = 0;
            double squares = 0;
            for (int row = from; row < to; row++) {
                double error = levels[row] - reference.of(at -> levels[at], begin, row - 1, 1);
                level += levels[row];
                squares += error * error;
            }
            return new double[] {Math.log(level / (to - from)), Math.log(squares / (to - from)) / 2, squares};
        }
    }

    /** Whether the slope of the second numbers on the first is at least {@link #SLOPE} and twice its standard error. */
    private static boolean steep(List<double[]> points) {
        double x = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double y = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (double[] point : points) {
            xx += (point[0] - x) * (point[0] - x);
            xy += (point[0] - x) * (point[1] - y);
            yy += (point[1] - y) * (point[1] - y);
        }
        double slope = xy / xx;
        double error = Math.sqrt(Math.max(0, yy - slope * xy) / (points.size() - 2) / xx);
        return slope >= SLOPE && slope >= 2 * error;
    }
}
