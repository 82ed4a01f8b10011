package org.steadygrad.data.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.batch.Seeds;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.series.SeriesTable.Segment;
import org.steadygrad.spec.DataSpec.CsvTask;
import org.steadygrad.spec.DataSpec.Split;

/**
 * Which sequences are trained on, and which are kept for validation: those of a validation file; the last ones; or some drawn with
 * the seed, in which all of a group stay together, or of each class a like share is kept.
 */
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
        int[] held = held(table, settings, seed);
        Set<Integer> chosen = new HashSet<>();
        Arrays.stream(held).forEach(chosen::add);
        // training keeps the order in which sequences were drawn, so that the same seed gives the same batches as ever
        int[] rest = IntStream.of(order(all.size(), settings, seed))
                .filter(i -> !chosen.contains(i))
                .toArray();
        if (rest.length == 0) {
            throw InvalidInputException.of(
                    table.file(), "more than " + held.length + " sequences, which go to validation", all.size(), "");
        }
        return new SequenceSplit(pick(all, rest), pick(all, held));
    }

    private static int[] order(int count, SeriesSettings settings, long seed) {
        return settings.split() == Split.LAST
                ? IntStream.range(0, count).map(i -> count - 1 - i).toArray()
                : Seeds.permutation(count, Seeds.at(SALT, seed));
    }

    private static int[] held(SeriesTable table, SeriesSettings settings, long seed) {
        int count = table.sequences().size();
        int[] order = order(count, settings, seed);
        int held = Math.min(count, SplitSource.validationCount(count, settings.validation()));
        if (!table.groups().isEmpty()) {
            return heldGroups(table.groups(), order, settings);
        }
        boolean stratified = settings.split() == Split.AUTO
                && settings.task() == CsvTask.CLASSIFICATION
                && settings.validation() > 0;
        return stratified ? stratified(table, order, held) : Arrays.copyOf(order, held);
    }

    /** The groups that come first in the order. */
    private static int[] heldGroups(List<String> groups, int[] order, SeriesSettings settings) {
        List<String> drawn =
                IntStream.of(order).mapToObj(groups::get).distinct().toList();
        int count = Math.min(drawn.size(), SplitSource.validationCount(drawn.size(), settings.validation()));
        Set<String> held = new HashSet<>(drawn.subList(0, count));
        return IntStream.of(order).filter(i -> held.contains(groups.get(i))).toArray();
    }

    /** Shares by the largest remainder; of each class at least one sequence is left for training. */
    private static int[] stratified(SeriesTable table, int[] order, int held) {
        Map<String, List<Integer>> byClass = new LinkedHashMap<>();
        for (int i : order) {
            String label = table.labels().get(table.sequences().get(i).begin());
            byClass.computeIfAbsent(label, l -> new ArrayList<>()).add(i);
        }
        Map<String, Integer> quotas = new HashMap<>();
        byClass.forEach((label, members) ->
                quotas.put(label, Math.min((int) ((long) held * members.size() / order.length), members.size() - 1)));
        List<String> byRemainder = byClass.keySet().stream()
                .sorted(Comparator.comparingLong(
                        (String label) -> -((long) held * byClass.get(label).size() % order.length)))
                .toList();
        int left = held - quotas.values().stream().mapToInt(Integer::intValue).sum();
        for (boolean given = true; left > 0 && given; ) {
            given = false;
            for (String label : byRemainder) {
                if (left > 0 && quotas.get(label) < byClass.get(label).size() - 1) {
                    quotas.merge(label, 1, Integer::sum);
                    left--;
                    given = true;
                }
            }
        }
        Set<Integer> chosen = new HashSet<>();
        byClass.forEach((label, members) -> chosen.addAll(members.subList(0, quotas.get(label))));
        return IntStream.of(order).filter(chosen::contains).toArray();
    }

    private static List<Segment> pick(List<Segment> all, int[] chosen) {
        return IntStream.of(chosen).mapToObj(all::get).toList();
    }
}
