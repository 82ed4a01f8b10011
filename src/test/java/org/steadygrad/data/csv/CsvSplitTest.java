package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertRefused;
import static org.steadygrad.data.Batches.features;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataSource;
import org.steadygrad.spec.DataSpec.Split;

/** Which sequences are kept for validation. */
class CsvSplitTest {
    @TempDir
    private Path folder;

    /** Sequence s has the input s in both of its rows. */
    private static String sequences(int count, IntFunction<String> rest) {
        return "id,x,rest\n"
                + IntStream.range(0, count)
                        .mapToObj(s -> ("q" + s + "," + s + "," + rest.apply(s) + "\n").repeat(2))
                        .collect(Collectors.joining());
    }

    private static Set<Integer> of(BatchSequence part) {
        Set<Integer> found = new TreeSet<>();
        for (MultiDataSet batch : all(part, 0)) {
            for (int i = 0; i < features(batch).size(0); i++) {
                assertTrue(found.add(features(batch).getInt(i, 0, 0)));
            }
        }
        return found;
    }

    private static Set<Integer> held(DataSource source, int count) {
        Set<Integer> held = of(source.validation().orElseThrow());
        Set<Integer> training = of(source.training());
        assertEquals(count, held.size() + training.size());
        training.retainAll(held);
        assertEquals(Set.of(), training);
        return held;
    }

    private static Map<String, Long> counts(Set<Integer> held, IntFunction<String> label) {
        return held.stream().collect(Collectors.groupingBy(label::apply, TreeMap::new, Collectors.counting()));
    }

    /** 30 a, 14 b, 5 c, 1 d; a quarter of 50 is 13 (12.5): 7.8, 3.64, 1.3 and 0.26 by share. */
    @Test
    void ofEachClassALikeShareIsKept() {
        IntFunction<String> label = s -> s < 30 ? "a" : s < 44 ? "b" : s < 49 ? "c" : "d";
        CsvSpecs specs = CsvSpecs.classes(folder, "rest").sequence("id").validation(0.25);
        Set<Integer> held = held(specs.open(sequences(50, label)), 50);
        assertEquals(Map.of("a", 8L, "b", 4L, "c", 1L), counts(held, label));
        assertNotEquals(
                IntStream.range(0, 8).boxed().collect(Collectors.toSet()),
                held.stream().filter(s -> s < 30).collect(Collectors.toSet()));
        Set<Integer> random = held(specs.split(Split.RANDOM).open(sequences(50, label)), 50);
        assertEquals(13, random.size());
        assertNotEquals(held, random);
    }

    @Test
    void theLastOnesMayBeKept() {
        Set<Integer> held = held(
                CsvSpecs.classes(folder, "rest")
                        .sequence("id")
                        .validation(0.3)
                        .split(Split.LAST)
                        .open(sequences(10, s -> s % 2 == 0 ? "u" : "v")),
                10);
        assertEquals(Set.of(7, 8, 9), held);
    }

    @Test
    void groupsStayTogether() {
        IntFunction<String> group = s -> String.valueOf(s % 4);
        CsvSpecs specs = CsvSpecs.forecast(folder, "x")
                .inputs("x")
                .sequence("id")
                .group("rest")
                .validation(0.25);
        Set<Integer> held = held(specs.open(sequences(22, group)), 22);
        int kept = held.iterator().next() % 4;
        assertEquals(IntStream.range(0, 22).filter(s -> s % 4 == kept).boxed().collect(Collectors.toSet()), held);
        String mixed = "id,x,rest\nu,1,a\nu,2,b\n";
        assertRefused(() -> specs.open(mixed), "line 3", "column \"rest\"", "group");
        assertRefused(() -> specs.sequence(null).open(mixed), "group", "sequence");
    }
}
