package org.steadygrad.data.text;

import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.Vocabulary;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.PlannedBatches;
import org.steadygrad.data.batch.SplitSource;
import org.steadygrad.data.batch.Windows;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.spec.DataSpec;

/**
 * A text as sequences of characters (Unicode code points): features are symbol numbers [batch, 1, time], labels the next
 * character one-hot [batch, symbols, time].
 *
 * <p>The vocabulary is taken from the whole file, the validation part too: it holds no statistics, so nothing is learnt
 * from that part, and a character that happens to stand there alone is no obstacle. The end of the file is the
 * validation part. Training takes neighbouring windows at an offset that differs from epoch to epoch; validation takes
 * windows from its first character on, the last one padded and masked.
 */
public final class TextData {
    private TextData() {}

    /**
     * Reads and encodes the file.
     *
     * @param fitted null, or the vocabulary saved with a model
     */
    public static DataSource open(DataSpec.Text spec, int batch, long seed, DataArtifact.Vocabulary fitted) {
        DataFile file = DataFile.of("data.path", spec.path());
        String text = file.text();
        Vocabulary vocabulary = fitted == null ? Vocabulary.fit(text) : Vocabulary.of(fitted);
        int[] symbols = vocabulary.encode(text, file.name());
        if (vocabulary.size() < 2) {
            throw InvalidInputException.of(
                    file.name(),
                    "at least 2 different characters",
                    "only U+%04X".formatted(text.codePointAt(0)),
                    "Where each character is the one before, there is nothing to learn.");
        }
        int held = (int) Math.round(symbols.length * spec.validation());
        int split = symbols.length - held;
        checkLengths(file.name(), split, held, spec);
        int length = spec.sequenceLength();
        int size = vocabulary.size();
        Windows windows = new Windows(0, split - 1, length, seed, true);
        ExampleSet validation = spec.validation() == 0
                ? null
                : new TextWindows(file.name(), symbols, size, new Windows(split, symbols.length - 1, length, 0, false));
        return SplitSource.of(
                        new TextWindows(file.name(), symbols, size, windows),
                        validation,
                        batch,
                        seed,
                        vocabulary.toArtifact())
                .reading(file);
    }

    /**
     * All of the file as validation would have it: windows from the first character on.
     *
     * @param fitted the vocabulary saved with a model
     */
    public static BatchSequence whole(DataSpec.Text spec, int batch, DataArtifact.Vocabulary fitted) {
        DataFile file = DataFile.of("data.path", spec.path());
        Vocabulary vocabulary = Vocabulary.of(fitted);
        int[] symbols = vocabulary.encode(file.text(), file.name());
        if (symbols.length < 2) {
            throw InvalidInputException.of(
                    file.name(), "at least 2 characters", symbols.length, "None of them follows another.");
        }
        Windows windows = new Windows(0, symbols.length - 1, spec.sequenceLength(), 0, false);
        return PlannedBatches.forValidation(new TextWindows(file.name(), symbols, vocabulary.size(), windows), batch);
    }

    private static void checkLengths(String name, int training, int validation, DataSpec.Text spec) {
        if (training < spec.sequenceLength() + 1) {
            throw InvalidInputException.of(
                    name,
                    "at least " + (spec.sequenceLength() + 1L) + " characters for training (data.sequenceLength + 1)",
                    training + " (and " + validation + " for validation)",
                    "Use a longer text or a smaller data.sequenceLength.");
        }
        if (spec.validation() > 0 && validation < 2) {
            throw InvalidInputException.of(
                    name,
                    "at least 2 characters for validation",
                    validation,
                    "Raise data.validation, or set it to 0 to do without.");
        }
    }

    /** Windows over encoded text. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, and copies of whole files would be costly
    private record TextWindows(String name, int[] symbols, int vocabulary, Windows windows) implements ExampleSet {
        @Override
        public DataDescription description() {
            return new DataDescription(
                    InputKind.SYMBOLS, vocabulary, TargetKind.CLASS_PER_STEP, vocabulary, windows.length());
        }

        @Override
        public int size() {
            return windows.count();
        }

        @Override
        public void fill(int epoch, int example, BatchBuilder.Slot slot) {
            int start = windows.start(epoch, example);
            int steps = windows.steps(start);
            for (int t = 0; t < steps; t++) {
                slot.feature(0, t, symbols[start + t]);
                slot.label(symbols[start + t + 1], t, 1);
            }
            slot.length(steps);
        }

        @Override
        public String origin(int epoch, int example, BatchCell cell) {
            int start = windows.start(epoch, example);
            if (cell.whole()) {
                return "characters " + start + " to " + (start + windows.steps(start)) + " of " + name;
            }
            return "character " + (start + cell.step() + (cell.label() ? 1 : 0)) + " of " + name;
        }
    }
}
