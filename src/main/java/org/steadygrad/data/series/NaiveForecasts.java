package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.series.SeriesTable.Segment;

/**
 * Forecasts that need no model, in original units: from a row on, of the targets up to it.
 *
 * <ul>
 *   <li>persistence: the last value;
 *   <li>seasonal persistence: the value of the last row that is a whole number of seasons before the one that is forecast. The season is
 *       the lag in the training rows at which values differ least from those before (mean squared difference), among those where the
 *       difference is less than at both neighbours; where there is none, there is no such forecast;
 *   <li>simple exponential smoothing (Brown 1956), {@code level += alpha (value - level)}, with the alpha out of {@code 0.05, 0.1, ...,
 *       0.95} that suits training rows best.
 * </ul>
 *
 * Missing values are passed over; before the first value it is the mean of training.
 */
final class NaiveForecasts {
    /** Values at the end of the training part that seasons and alphas are fitted to, about. */
    private static final int MOST_FITTED = 1 << 16;

    private static final int FEWEST_FITTED = 1 << 10;

    private static final int LONGEST_SEASON = 400;
    private static final int ALPHAS = 19;

    private final SeriesTable rows;
    private final TargetValues values;
    private final List<Column> columns;
    private final List<Segment> training;
    /** Steps ahead that alpha is fitted for. */
    private final int ahead;

    /** First row of each row's sequence. */
    private final int[] begins;

    /**
     * @param values the targets, which say how they are scaled
     * @param training rows that may be fitted to
     */
    NaiveForecasts(SeriesTable rows, TargetValues values, List<Segment> training, SeriesSettings settings) {
        this.rows = rows;
        this.values = values;
        columns = values.first();
        this.training = training;
        ahead = settings.path() ? (settings.horizon() + 1) / 2 : settings.horizon();
        begins = new int[rows.count()];
        rows.sequences().forEach(s -> Arrays.fill(begins, s.begin(), s.end(), s.begin()));
    }

    /** A rule. */
    record Forecast(String name, SeriesExamples.Labels labels) {}

    List<Forecast> all() {
        List<Forecast> all = new ArrayList<>();
        double[][] last = smoothed(targets().mapToDouble(i -> 1).toArray());
        all.add(new Forecast("repeating the last value (persistence)", said((row, steps, i) -> last[row][i])));
        int[] seasons = targets().map(this::season).toArray();
        if (Arrays.stream(seasons).allMatch(season -> season > 0)) {
            all.add(new Forecast(
                    "repeating the value of " + distinct(seasons) + " steps before (seasonal persistence)",
                    said((row, steps, i) -> seasonal(row, steps, i, seasons[i], last))));
        }
        double[] alphas = targets().mapToDouble(this::alpha).toArray();
        double[][] levels = smoothed(alphas);
        String words =
                Arrays.stream(alphas).mapToObj(NaiveForecasts::words).distinct().collect(Collectors.joining(", "));
        all.add(new Forecast("exponential smoothing with alpha " + words, said((row, steps, i) -> levels[row][i])));
        if (values.referred()) {
            all.add(new Forecast(
                    "differences of 0 from what the series is told from (data.transform)",
                    (row, steps, column) -> values.unchanged(column)));
        }
        return all;
    }

    private IntStream targets() {
        return IntStream.range(0, columns.size());
    }

    private static String distinct(int[] numbers) {
        return Arrays.stream(numbers).distinct().mapToObj(String::valueOf).collect(Collectors.joining(", "));
    }

    private static String words(double alpha) {
        return String.valueOf(Math.round(100 * alpha) / 100.0);
    }

    /** In original units. */
    private interface Rule {
        double at(int row, int steps, int target);
    }

    private SeriesExamples.Labels said(Rule rule) {
        return (row, steps, column) -> values.said(row + steps, column, rule.at(row, steps, values.target(column)));
    }

    /** The level after each row, [row][target]; with an alpha of 1 that is the last value. */
    private double[][] smoothed(double[] alphas) {
        double[][] levels = new double[rows.count()][columns.size()];
        for (Segment sequence : rows.sequences()) {
            for (int i = 0; i < columns.size(); i++) {
                double level = Double.NaN;
                for (int row = sequence.begin(); row < sequence.end(); row++) {
                    level = next(level, rows.targets()[row][i], alphas[i]);
                    levels[row][i] = Double.isNaN(level) ? columns.get(i).mean() : level;
                }
            }
        }
        return levels;
    }

    private static double next(double level, double value, double alpha) {
        return Double.isNaN(value) ? level : Double.isNaN(level) ? value : level + alpha * (value - level);
    }

    private double seasonal(int row, int steps, int target, int season, double[][] last) {
        int from = row + steps - season * ((steps + season - 1) / season);
        while (from >= begins[row] && Double.isNaN(rows.targets()[from][target])) {
            from -= season;
        }
        return from >= begins[row] ? rows.targets()[from][target] : last[row][target];
    }

    /** The latest rows of the training part. */
    private List<Segment> fitted() {
        List<Segment> taken = new ArrayList<>();
        int room = Math.max(FEWEST_FITTED, MOST_FITTED / columns.size());
        for (int i = training.size() - 1; i >= 0 && room > 0; i--) {
            Segment all = training.get(i);
            Segment end = new Segment(Math.max(all.begin(), all.end() - room), all.end());
            taken.add(end);
            room -= end.length();
        }
        return taken;
    }

    /** 0 where there is none. */
    private int season(int target) {
        int longest = fitted().stream().mapToInt(s -> s.length() / 3).max().orElse(0);
        double[] differences = new double[Math.min(LONGEST_SEASON, longest) + 2];
        for (int lag = 1; lag < differences.length; lag++) {
            differences[lag] = difference(target, lag);
        }
        int best = 0;
        for (int lag = 2; lag < differences.length - 1; lag++) {
            boolean least = differences[lag] < differences[lag - 1] && differences[lag] < differences[lag + 1];
            if (least && (best == 0 || differences[lag] < differences[best])) {
                best = lag;
            }
        }
        return best;
    }

    private double difference(int target, int lag) {
        double sum = 0;
        long count = 0;
        for (Segment part : fitted()) {
            for (int row = part.begin() + lag; row < part.end(); row++) {
                double change = rows.targets()[row][target] - rows.targets()[row - lag][target];
                if (!Double.isNaN(change)) {
                    sum += change * change;
                    count++;
                }
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    private double alpha(int target) {
        double best = 1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 1; i <= ALPHAS; i++) {
            double alpha = (double) i / (ALPHAS + 1);
            double error = smoothingError(target, alpha);
            if (error < least) {
                least = error;
                best = alpha;
            }
        }
        return best;
    }

    /** Sum of squared errors of forecasts so many steps ahead. */
    private double smoothingError(int target, double alpha) {
        double sum = 0;
        for (Segment part : fitted()) {
            double level = Double.NaN;
            for (int row = part.begin(); row + ahead < part.end(); row++) {
                level = next(level, rows.targets()[row][target], alpha);
                double error = rows.targets()[row + ahead][target] - level;
                sum += Double.isNaN(error) ? 0 : error * error;
            }
        }
        return sum;
    }
}
