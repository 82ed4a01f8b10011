package org.steadygrad.data.synthetic;

import java.util.SplittableRandom;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.spec.DataSpec;

/**
 * The copy-memory task in the form of Bai et al. 2018 (arXiv 1803.01271, after Hochreiter and Schmidhuber 1997 and
 * Arjovsky et al. 2016). With S symbols and a delay of T steps a sequence has T + 2 S steps: S symbols drawn from 1 to 8,
 * T - 1 blanks (0), and the sign 9 at the last S + 1 steps. The label of a step is 0, but at the last S steps the S symbols
 * in their order. Features are symbol numbers [batch, 1, time], labels one-hot [batch, 10, time], at all steps. An answer
 * without memory has a cross entropy of S ln(8) / (T + 2 S) per step.
 */
public record CopyMemoryTask(int delay, int symbols) implements Generated.Task {
    private static final int ALPHABET = 8;
    private static final int SIGN = 9;
    private static final int CLASSES = 10;

    public static DataSource open(DataSpec.CopyMemory spec, int batch, long seed) {
        return Generated.source(
                new CopyMemoryTask(spec.delay(), spec.symbols()),
                spec.examples(),
                spec.validationExamples(),
                batch,
                seed);
    }

    @Override
    public DataDescription description() {
        return new DataDescription(
                InputKind.SYMBOLS, CLASSES, TargetKind.CLASS_PER_STEP, CLASSES, delay + 2 * symbols, delay + symbols);
    }

    @Override
    public void generate(int example, SplittableRandom random, BatchBuilder.Slot slot) {
        int answer = delay + symbols;
        for (int t = 0; t < answer; t++) {
            slot.label(0, t, 1);
        }
        for (int i = 0; i < symbols; i++) {
            int symbol = 1 + random.nextInt(ALPHABET);
            slot.feature(0, i, symbol);
            slot.feature(0, answer + i, SIGN);
            slot.label(symbol, answer + i, 1);
        }
        slot.feature(0, answer - 1, SIGN);
    }
}
