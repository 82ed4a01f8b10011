package org.steadygrad.data.series;

import java.util.Comparator;
import java.util.List;
import org.steadygrad.data.series.SeriesTable.Segment;

/** Looks for a season where no calendar tells one. */
final class SeasonSearch {
    private static final int LONGEST = 400;
    private static final int FEWEST_SEASONS = 3;
    private static final double CORRELATION = 0.4;

    private SeasonSearch() {}

    /**
     * The lag at which differences from row to row are most alike: the highest peak of their autocorrelation, of at least 0.4, among
     * those that go three times into the longest sequence.
     *
     * @return 0 when there is none
     */
    static int find(double[] levels, List<Segment> sequences) {
        Segment longest =
                sequences.stream().max(Comparator.comparingInt(Segment::length)).orElseThrow();
        int count = longest.length() - 1;
        int most = Math.min(LONGEST, count / FEWEST_SEASONS);
        if (most < 3) {
            return 0;
        }
        double[] steps = new double[count];
        double mean = (levels[longest.end() - 1] - levels[longest.begin()]) / count;
        for (int i = 0; i < count; i++) {
            steps[i] = levels[longest.begin() + i + 1] - levels[longest.begin() + i] - mean;
        }
        double all = product(steps, 0);
        if (all == 0) {
            return 0;
        }
        int best = 0;
        double highest = CORRELATION;
        double before = product(steps, 1) / all;
        double here = product(steps, 2) / all;
        for (int lag = 2; lag <= most; lag++) {
            double after = product(steps, lag + 1) / all;
            if (here > highest && here >= before && here >= after) {
                best = lag;
                highest = here;
            }
            before = here;
            here = after;
        }
        return best;
    }

    private static double product(double[] values, int lag) {
        double sum = 0;
        for (int i = lag; i < values.length; i++) {
            sum += values[i] * values[i - lag];
        }
        return sum;
    }
}
