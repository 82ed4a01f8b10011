package org.steadygrad.data.series;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.batch.Seeds;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.series.SeriesTable.Segment;

/** Which sequences are trained on, and which are kept for validation: those of a validation file, or some drawn with the seed. */
record SequenceSplit(List<Segment> training, List<Segment> validation) {
    private static final long SALT = 0x637376L;

    static SequenceSplit of(SeriesTable table, Optional<SeriesTable> given, SeriesSettings settings, long seed) {
        List<Segment> all = table.sequences();
        if (given.isPresent()) {
            List<Segment> validation = given.get().sequences().stream()
                    .map(segment -> segment.after(table.count()))
                    .toList();
            return new SequenceSplit(all, validation);
        }
        int held = SplitSource.validationCount(all.size(), settings.validation());
        if (held >= all.size()) {
            throw InvalidInputException.of(
                    table.file(), "more than " + held + " sequences, which go to validation", all.size(), "");
        }
        int[] order = Seeds.permutation(all.size(), Seeds.at(SALT, seed));
        return new SequenceSplit(
                pick(all, Arrays.copyOfRange(order, held, order.length)), pick(all, Arrays.copyOf(order, held)));
    }

    private static List<Segment> pick(List<Segment> all, int[] chosen) {
        return IntStream.of(chosen).mapToObj(all::get).toList();
    }
}
