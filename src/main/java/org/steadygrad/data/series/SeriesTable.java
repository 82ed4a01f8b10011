package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.steadygrad.check.InvalidInputException;

/**
 * Sequences of rows, parsed but not scaled; a row is a time step.
 *
 * @param file name of the file they come from
 * @param inputNames names of the inputs
 * @param unscaled number of last inputs that are left as they are by any scaling
 * @param targetNames names of the targets
 * @param inputs [row][input], NaN where missing
 * @param targets [row][target], NaN where missing; empty for classes
 * @param labels the class of each row, null where missing; empty for numbers
 * @param weights what the label of each row weighs; empty where all weigh the same
 * @param origin where rows stand
 * @param sequences the rows that belong together, in the order of the file
 * @param groups the group of each sequence; empty if there are none
 * @param logarithms names of the columns of which the logarithm is taken
 * @param season rows after which the calendar comes again; 1 where it doesn't, 0 when the file doesn't say
 * @param notes what the reader decided by itself
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
public record SeriesTable(
        String file,
        List<String> inputNames,
        int unscaled,
        List<String> targetNames,
        double[][] inputs,
        double[][] targets,
        List<String> labels,
        double[] weights,
        Origin origin,
        List<Segment> sequences,
        List<String> groups,
        Set<String> logarithms,
        int season,
        List<String> notes) {

    /** Rows {@code begin} to {@code end - 1}. */
    public record Segment(int begin, int end) {
        public int length() {
            return end - begin;
        }

        Segment after(int rows) {
            return new Segment(begin + rows, end + rows);
        }
    }

    /** Says where rows stand, in words that begin with a file's name. */
    public interface Origin {
        String row(int row);

        String rows(Segment rows);

        /** Of rows that each have a line. @param lines from 1 */
        static Origin lines(String file, long[] lines) {
            return new Origin() {
                @Override
                public String row(int row) {
                    return file + ", line " + lines[row];
                }

                @Override
                public String rows(Segment rows) {
                    return "%s, lines %d to %d".formatted(file, lines[rows.begin()], lines[rows.end() - 1]);
                }
            };
        }
    }

    /** Number of rows. */
    public int count() {
        return inputs.length;
    }

    /** Whether each row has a class, not numbers. */
    boolean classes() {
        return targets.length == 0;
    }

    String cell(int row, String column) {
        return origin.row(row) + ", column \"" + column + "\"";
    }

    InvalidInputException error(int row, String column, String expected, Object got, String remedy) {
        return InvalidInputException.of(cell(row, column), expected, got, remedy);
    }

    /**
     * The rows of this file and then those of another of the same columns, without groups.
     *
     * @throws InvalidInputException if it has others
     */
    SeriesTable followedBy(SeriesTable other) {
        if (!inputNames.equals(other.inputNames) || !targetNames.equals(other.targetNames)) {
            throw InvalidInputException.of(
                    other.file,
                    "the columns of " + file + ", inputs " + inputNames + " and targets " + targetNames,
                    "inputs " + other.inputNames + " and targets " + other.targetNames,
                    "Training and validation files must be of one form.");
        }
        int here = count();
        List<Segment> all = new ArrayList<>(sequences);
        other.sequences.forEach(segment -> all.add(segment.after(here)));
        return new SeriesTable(
                file,
                inputNames,
                unscaled,
                targetNames,
                join(inputs, other.inputs),
                join(targets, other.targets),
                Stream.concat(labels.stream(), other.labels.stream()).toList(),
                DoubleStream.concat(DoubleStream.of(weights), DoubleStream.of(other.weights))
                        .toArray(),
                new Origin() {
                    @Override
                    public String row(int row) {
                        return row < here ? origin.row(row) : other.origin.row(row - here);
                    }

                    @Override
                    public String rows(Segment rows) {
                        return rows.begin() < here ? origin.rows(rows) : other.origin.rows(rows.after(-here));
                    }
                },
                all,
                List.of(),
                logarithms,
                season,
                Stream.concat(notes.stream(), other.notes.stream()).toList());
    }

    private static double[][] join(double[][] first, double[][] second) {
        double[][] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
