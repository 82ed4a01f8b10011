package org.steadygrad.data.synthetic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.data.Batches.all;
import static org.steadygrad.data.Batches.assertContract;
import static org.steadygrad.data.Batches.features;
import static org.steadygrad.data.Batches.labels;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.DataSpec;

class SyntheticTest {

    /** One example: features [rows, time] (or [rows]) and labels. */
    private record Example(INDArray x, INDArray y) {}

    private static List<Example> examples(BatchSequence part, int epoch) {
        List<Example> examples = new ArrayList<>();
        for (MultiDataSet batch : all(part, epoch)) {
            assertNull(batch.getFeaturesMaskArray(0));
            for (int i = 0; i < features(batch).size(0); i++) {
                examples.add(new Example(features(batch).slice(i), labels(batch).slice(i)));
            }
        }
        return examples;
    }

    private static Set<String> contents(BatchSequence part, int epoch) {
        Set<String> contents = new TreeSet<>();
        examples(part, epoch).forEach(e -> contents.add(e.x.toStringFull() + e.y.toStringFull()));
        return contents;
    }

    private static DataSource open(DataSpec spec) {
        return DataSources.open(spec, 7, 42);
    }

    @Test
    void allKeepTheContract() {
        assertContract(() -> open(new DataSpec.Adding(17, 33, 10)));
        assertContract(() -> open(new DataSpec.CopyMemory(3, 10, 33, 10)));
        assertContract(() -> open(new DataSpec.TemporalOrder(33, 33, 10)));
        assertContract(() -> open(new DataSpec.Spirals(3, 33, 10, 1, 0.02)));
    }

    @Test
    void epochsHoldTheSameExamplesInAnotherOrderAndSplitsAndSeedsDiffer() {
        DataSpec spec = new DataSpec.Adding(17, 33, 33);
        DataSource source = open(spec);
        Set<String> first = contents(source.training(), 0);
        assertEquals(33, first.size());
        assertEquals(first, contents(source.training(), 1));
        assertNotEquals(
                examples(source.training(), 0).get(0).x,
                examples(source.training(), 1).get(0).x);
        Set<String> others = contents(source.validation().orElseThrow(), 0);
        others.addAll(contents(DataSources.open(spec, 7, 43).training(), 0));
        assertEquals(66, others.size());
        others.removeAll(first);
        assertEquals(66, others.size());
    }

    @Test
    void addingMarksANumberInEachHalf() {
        for (int length : new int[] {2, 3, 7, 100}) {
            DataSource source = open(new DataSpec.Adding(length, 200, 1));
            assertEquals(
                    new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 1, length, length - 1),
                    source.description());
            Set<Integer> marked = new HashSet<>();
            double sum = 0;
            for (Example e : examples(source.training(), 0)) {
                int[] marks = IntStream.range(0, length)
                        .filter(t -> e.x.getDouble(1, t) != 0)
                        .toArray();
                assertEquals(2, marks.length);
                assertTrue(marks[0] < length / 2 && marks[1] >= length / 2);
                assertEquals(2, e.x.getRow(1).sumNumber().doubleValue());
                assertTrue(e.x.minNumber().doubleValue() >= 0 && e.x.maxNumber().doubleValue() <= 1);
                assertEquals(e.x.getDouble(0, marks[0]) + e.x.getDouble(0, marks[1]), e.y.getDouble(0), 1e-6);
                marked.add(marks[0]);
                marked.add(marks[1]);
                sum += Math.pow(e.y.getDouble(0) - 1, 2);
            }
            assertEquals(1 / 6.0, sum / 200, 0.06, "variance of the sum of two uniform numbers");
            assertTrue(length > 7 || marked.size() == length, "every step can be marked");
        }
    }

    @Test
    void copyMemoryIsLaidOutAsInThePaper() {
        int delay = 5;
        int symbols = 10;
        DataSource source = open(new DataSpec.CopyMemory(delay, symbols, 60, 1));
        int length = delay + 2 * symbols;
        assertEquals(
                new DataDescription(InputKind.SYMBOLS, 10, TargetKind.CLASS_PER_STEP, 10, length, delay + symbols),
                source.description());
        Set<Integer> used = new TreeSet<>();
        for (Example e : examples(source.training(), 0)) {
            INDArray answer = e.y.argMax(0);
            assertEquals(length, e.y.sumNumber().intValue(), "one class per step");
            for (int t = 0; t < length; t++) {
                int symbol = e.x.getInt(0, t);
                boolean asked = t >= delay + symbols;
                if (t < symbols) {
                    used.add(symbol);
                } else {
                    assertEquals(t >= delay + symbols - 1 ? 9 : 0, symbol, "step " + t);
                }
                assertEquals(asked ? e.x.getInt(0, t - delay - symbols) : 0, answer.getInt(t), "step " + t);
            }
        }
        assertEquals(Set.of(1, 2, 3, 4, 5, 6, 7, 8), used);
    }

    @Test
    void copyMemoryWithADelayOfOneHasNoBlanks() {
        Example e = examples(open(new DataSpec.CopyMemory(1, 1, 1, 1)).training(), 0)
                .get(0);
        assertEquals(3, e.x.length());
        assertEquals(9, e.x.getInt(0, 1));
        assertEquals(9, e.x.getInt(0, 2));
        assertEquals(1, e.y.getInt(e.x.getInt(0, 0), 2));
    }

    @Test
    void temporalOrderPlacesTwoSymbolsInTheirRanges() {
        for (int length : new int[] {10, 33, 100}) {
            DataSource source = open(new DataSpec.TemporalOrder(length, 200, 1));
            assertEquals(
                    new DataDescription(InputKind.SEQUENCE, 6, TargetKind.CLASS, 4, length, length - 1 - length / 10),
                    source.description());
            Set<Integer> classes = new TreeSet<>();
            Set<Integer> places = new TreeSet<>();
            Set<Integer> distractors = new TreeSet<>();
            for (Example e : examples(source.training(), 0)) {
                assertEquals(length, e.x.sumNumber().intValue(), "one symbol per step");
                int[] symbols = e.x.argMax(0).toIntVector();
                int[] relevant =
                        IntStream.range(0, length).filter(t -> symbols[t] < 2).toArray();
                assertEquals(2, relevant.length);
                assertEquals(
                        2 * symbols[relevant[0]] + symbols[relevant[1]],
                        e.y.argMax(0).getInt(0));
                classes.add(e.y.argMax(0).getInt(0));
                places.add(relevant[0]);
                places.add(relevant[1]);
                distractors.add(symbols[0]);
            }
            assertEquals(Set.of(0, 1, 2, 3), classes);
            assertEquals(Set.of(2, 3, 4, 5), distractors);
            Set<Integer> expected = new TreeSet<>();
            IntStream.rangeClosed(length / 10, 2 * length / 10).forEach(expected::add);
            IntStream.rangeClosed(5 * length / 10, 6 * length / 10).forEach(expected::add);
            assertEquals(expected, places);
        }
    }

    @Test
    void spiralsLieOnTheirArms() {
        DataSource source = open(new DataSpec.Spirals(3, 300, 33, 1.5, 0));
        assertEquals(new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, 3, 1), source.description());
        int[] counts = new int[3];
        for (Example e : examples(source.training(), 0)) {
            int arm = e.y.argMax(0).getInt(0);
            counts[arm]++;
            double x = e.x.getDouble(0);
            double y = e.x.getDouble(1);
            double radius = Math.hypot(x, y);
            double angle = 2 * Math.PI * (1.5 * radius + arm / 3.0);
            assertTrue(radius <= 1);
            assertEquals(radius * Math.cos(angle), x, 1e-5);
            assertEquals(radius * Math.sin(angle), y, 1e-5);
        }
        assertEquals(List.of(100, 100, 100), IntStream.of(counts).boxed().toList());
    }

    @Test
    void spiralNoiseHasTheDeviationAskedFor() {
        List<Example> clean = examples(
                DataSources.open(new DataSpec.Spirals(2, 1, 999, 1, 0), 7, 1)
                        .validation()
                        .orElseThrow(),
                0);
        List<Example> noisy = examples(
                DataSources.open(new DataSpec.Spirals(2, 1, 999, 1, 0.3), 7, 1)
                        .validation()
                        .orElseThrow(),
                0);
        double squares = IntStream.range(0, 999)
                .mapToDouble(i -> Math.pow(clean.get(i).x.distance2(noisy.get(i).x), 2))
                .sum();
        assertEquals(0.3, Math.sqrt(squares / 1998), 0.02);
    }
}
