package org.steadygrad.data.pianoroll;

import java.util.List;
import java.util.stream.Stream;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.PlannedBatches;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.KeyNumbers;

/**
 * Piano rolls: from each prefix of a sequence the keys of the next step. Of a sequence of T steps the features are steps
 * 0 to T - 2, the labels steps 1 to T - 1, both [batch, keys, T - 1] of 0 and 1, padded and masked. The list {@code valid}
 * is the validation data; without it, or when it is empty, there is none.
 */
public final class PianoRollData {
    private PianoRollData() {}

    public static DataSource open(DataSpec.PianoRoll spec, int batch, long seed) {
        DataFile file = DataFile.of("data.path", spec.path());
        PianoRollFile.Rolls rolls = PianoRollFile.read(file, spec);
        int steps = PianoRollFile.longest(rolls) - 1;
        ExampleSet validation = rolls.valid().isEmpty()
                ? null
                : new Sequences(spec.path() + ", list valid", rolls.valid(), spec.keys(), steps);
        return SplitSource.of(
                        new Sequences(spec.path() + ", list train", rolls.train(), spec.keys(), steps),
                        validation,
                        batch,
                        seed,
                        new DataArtifact.None())
                .reading(file)
                .saying(notes(file, spec, rolls));
    }

    /** All sequences of the file, those of the list {@code test} too. */
    public static BatchSequence whole(DataSpec.PianoRoll spec, int batch) {
        DataFile file = DataFile.of("data.path", spec.path());
        PianoRollFile.Rolls rolls = PianoRollFile.read(file, spec);
        List<int[][]> all = Stream.of(rolls.train(), rolls.valid(), rolls.test())
                .flatMap(List::stream)
                .toList();
        int longest = all.stream().mapToInt(roll -> roll.length).max().orElseThrow();
        return PlannedBatches.forValidation(new Sequences(spec.path(), all, spec.keys(), longest - 1), batch);
    }

    /** Whether numbers are MIDI's can't always be told from them: most music lies within what both ways of counting allow. */
    private static List<String> notes(DataFile file, DataSpec.PianoRoll spec, PianoRollFile.Rolls rolls) {
        if (spec.numbering() == KeyNumbers.MIDI || rolls.largest() < 0) {
            return List.of();
        }
        int first = spec.firstKey();
        String range = "its numbers %d to %d are read as the MIDI numbers %d to %d"
                .formatted(rolls.least(), rolls.largest(), first + rolls.least(), first + rolls.largest());
        String doubt =
                rolls.least() >= first ? "; they could be MIDI numbers already: then set data.numbering to midi" : "";
        return List.of(
                "%s: keys count from 0, which is MIDI number %d: %s%s".formatted(file.name(), first, range, doubt));
    }

    private record Sequences(String name, List<int[][]> rolls, int keys, int maxSteps) implements ExampleSet {
        @Override
        public DataDescription description() {
            return new DataDescription(InputKind.SEQUENCE, keys, TargetKind.KEYS_PER_STEP, keys, maxSteps);
        }

        @Override
        public int size() {
            return rolls.size();
        }

        @Override
        public int steps(int example) {
            return rolls.get(example).length - 1;
        }

        @Override
        public void fill(int epoch, int example, BatchBuilder.Slot slot) {
            int[][] roll = rolls.get(example);
            for (int t = 0; t < roll.length - 1; t++) {
                for (int key : roll[t]) {
                    slot.feature(key, t, 1);
                }
                for (int key : roll[t + 1]) {
                    slot.label(key, t, 1);
                }
            }
            slot.length(roll.length - 1);
        }

        @Override
        public String origin(int epoch, int example, BatchCell cell) {
            String sequence = "sequence " + example + " of " + name;
            return cell.whole()
                    ? sequence
                    : sequence + ", key " + cell.row() + ", time step " + (cell.step() + (cell.label() ? 1 : 0));
        }
    }
}
