package org.steadygrad.data.series;

import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.check.Check;

/**
 * Series as a file holds them.
 *
 * @param file its name
 * @param dimensions names of the dimensions
 * @param series in the order of the file
 * @param target what the file gives to learn
 * @param notes what the reader decided by itself, or found otherwise than the file says
 */
public record SeriesSet(String file, List<String> dimensions, List<Series> series, Target target, List<String> notes) {

    /** What comes with each series. */
    public enum Target {
        NONE,
        CLASS,
        NUMBERS
    }

    /**
     * One series.
     *
     * @param origin where it stands, in words
     * @param values [dimension][step], NaN where missing; all dimensions have the same steps
     * @param label its class; null where there is none
     * @param targets numbers to learn, NaN where missing; empty where there are none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Series(String origin, double[][] values, String label, double[] targets) {
        public Series {
            Check.positive(values.length, origin, "number of dimensions");
            Check.positive(values[0].length, origin, "number of steps");
        }

        int steps() {
            return values[0].length;
        }
    }

    public SeriesSet {
        dimensions = List.copyOf(dimensions);
        series = List.copyOf(series);
        notes = List.copyOf(notes);
    }

    /** Names of dimensions that have none: numbers from 1. */
    public static List<String> numbered(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList();
    }
}
