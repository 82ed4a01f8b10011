package org.steadygrad.data.csv;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Arrays;

/** Rows after which the calendar comes again: hours by the day, days by the week, months and quarters by the year. */
final class Seasons {
    /** Steps between times that are looked at. */
    private static final int MOST = 10_000;

    private static final double DAY = 86_400;
    private static final double DAYS_A_YEAR = 365.25;
    private static final int MOST_A_DAY = 288;

    private final double[] steps = new double[MOST];
    private int count;

    void add(LocalDateTime before, LocalDateTime after) {
        if (count < MOST) {
            steps[count++] = Duration.between(before, after).toMillis() / 1000.0;
        }
    }

    /** @return 1 where there is none; 0 when times don't say */
    int season() {
        if (count == 0) {
            return 0;
        }
        double[] sorted = Arrays.copyOf(steps, count);
        Arrays.sort(sorted);
        return ofSeconds(sorted[count / 2]);
    }

    private static int ofSeconds(double step) {
        if (step <= 0) {
            return 0;
        }
        if (step < DAY) {
            double aDay = DAY / step;
            return Math.abs(aDay - Math.rint(aDay)) < 1e-6 && aDay <= MOST_A_DAY ? (int) Math.rint(aDay) : 0;
        }
        return step == DAY ? 7 : ofYears(step / DAY / DAYS_A_YEAR);
    }

    /** @param step years from one row to the next */
    static int ofYears(double step) {
        double aYear = 1 / step;
        for (int season : new int[] {1, 2, 4, 12, 52}) {
            if (Math.abs(aYear - season) < 0.1 * season) {
                return season;
            }
        }
        return step > 1 ? 1 : 0;
    }
}
