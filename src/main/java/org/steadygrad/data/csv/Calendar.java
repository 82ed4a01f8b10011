package org.steadygrad.data.csv;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.steadygrad.spec.DataSpec.CalendarFeature;

/**
 * Features of a point in time: its place on a circle for each kind of period, as sine and cosine, so that the end of a period is
 * next to its beginning.
 */
final class Calendar {
    private static final double DAYS_PER_YEAR = 365.2425;

    private Calendar() {}

    static List<String> names(List<CalendarFeature> features) {
        List<String> names = new ArrayList<>();
        for (CalendarFeature feature : features) {
            names.add(word(feature) + " (sine)");
            names.add(word(feature) + " (cosine)");
        }
        return names;
    }

    private static String word(CalendarFeature feature) {
        return switch (feature) {
            case HOUR -> "hour of day";
            case DAY_OF_WEEK -> "day of week";
            case DAY_OF_YEAR -> "day of year";
            case MONTH -> "month";
        };
    }

    /** Writes two numbers per feature. */
    static void fill(List<CalendarFeature> features, LocalDateTime time, double[] into, int offset) {
        for (int i = 0; i < features.size(); i++) {
            double angle = 2 * Math.PI * share(features.get(i), time);
            into[offset + 2 * i] = Math.sin(angle);
            into[offset + 2 * i + 1] = Math.cos(angle);
        }
    }

    /** Part of the period that is over, from 0 to 1. */
    private static double share(CalendarFeature feature, LocalDateTime time) {
        double day = time.toLocalTime().toSecondOfDay() / 86_400.0;
        return switch (feature) {
            case HOUR -> day;
            case DAY_OF_WEEK -> (time.getDayOfWeek().getValue() - 1 + day) / 7;
            case DAY_OF_YEAR -> (time.getDayOfYear() - 1 + day) / DAYS_PER_YEAR;
            case MONTH -> (time.getMonthValue() - 1) / 12.0;
        };
    }
}
