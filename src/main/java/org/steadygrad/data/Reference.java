package org.steadygrad.data;

import org.steadygrad.check.Check;

/**
 * What a value of a series is told from, made of the values known so far: the network is shown, and learns, only what is added to it.
 * So a trend or a season goes on by itself, and the difference is the same size everywhere. Nothing that comes later is looked at.
 *
 * @param kind how it is made
 * @param season rows after which a season comes again; 0 for {@link Kind#LAST}
 * @param seasons values a whole number of seasons before that are averaged, at most; 0 for {@link Kind#LAST}
 */
public record Reference(Kind kind, int season, int seasons) {

    /** How a reference is made. */
    public enum Kind {
        /** The last known value: differences, and returns of logarithms. */
        LAST,
        /** The mean of known values a whole number of seasons before. */
        SEASON,
        /** That mean, and by how much the last known value lies above the mean of its own season: seasonal differences of differences. */
        SEASON_AND_LAST
    }

    /** Known values of one series, by position. */
    @FunctionalInterface
    public interface Known {
        /** The value there. */
        double at(int position);
    }

    public Reference {
        Check.notNull(kind, "Reference", "kind");
        boolean seasonal = kind != Kind.LAST;
        Check.that(
                seasonal ? season >= 2 && seasons >= 1 : season == 0 && seasons == 0,
                "Reference",
                seasonal ? "a season of at least 2 rows, and at least 1 of them" : "no season",
                season);
    }

    /** The last known value. */
    public static Reference last() {
        return new Reference(Kind.LAST, 0, 0);
    }

    /** Known values that are needed at least. */
    public int history() {
        return switch (kind) {
            case LAST -> 1;
            case SEASON -> season;
            case SEASON_AND_LAST -> season + 1;
        };
    }

    /** Known values that are looked at, if there are as many. */
    public int reach() {
        return switch (kind) {
            case LAST -> 1;
            case SEASON -> season * seasons;
            case SEASON_AND_LAST -> season * seasons + 1;
        };
    }

    /**
     * The reference of a value.
     *
     * @param known values, without gaps
     * @param first position of the earliest
     * @param last position of the last that is known, {@link #history} values from the first on
     * @param ahead how many positions after it the value comes
     */
    public double of(Known known, int first, int last, int ahead) {
        if (last - first + 1 < history()) {
            throw new IllegalArgumentException("Reference: expected at least " + history() + " known values, got "
                    + Math.max(0, last - first + 1) + ".");
        }
        return switch (kind) {
            case LAST -> known.at(last);
            case SEASON -> seasonal(known, first, last, last + ahead);
            case SEASON_AND_LAST ->
                seasonal(known, first, last, last + ahead) + known.at(last) - seasonal(known, first, last - 1, last);
        };
    }

    /** Mean of known values whole seasons before a position. */
    private double seasonal(Known known, int first, int last, int position) {
        int nearest = position - season * ((position - last + season - 1) / season);
        double sum = 0;
        int count = 0;
        for (int at = nearest; at >= first && count < seasons; at -= season) {
            sum += known.at(at);
            count++;
        }
        return sum / count;
    }

    /** In words. */
    public String words() {
        return switch (kind) {
            case LAST -> "differences from the last value";
            case SEASON -> "differences from " + seasonWords();
            case SEASON_AND_LAST ->
                "differences from " + seasonWords() + ", raised by how far the last value lies above its own season";
        };
    }

    private String seasonWords() {
        return seasons == 1
                ? "the value " + season + " rows before"
                : "the mean of up to " + seasons + " values " + season + " rows apart";
    }
}
