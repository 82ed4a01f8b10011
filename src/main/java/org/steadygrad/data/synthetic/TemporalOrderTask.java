package org.steadygrad.data.synthetic;

import java.util.SplittableRandom;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.spec.DataSpec;

/**
 * The temporal-order problem: task 6a of Hochreiter and Schmidhuber 1997 with its positions scaled to any length, and the
 * alphabet of Pascanu et al. 2013 (arXiv 1211.5063). A sequence of T steps holds distractors c, d, e, f, but at one step
 * in [T/10, 2T/10] and at one in [5T/10, 6T/10] (bounds included, rounded down) A or B. The class is the order of the two:
 * AA, AB, BA, BB are 0 to 3. Features are one-hot, [batch, 6, T], rows A, B, c, d, e, f, as the papers code them locally;
 * labels one-hot [batch, 4].
 */
public record TemporalOrderTask(int length) implements Generated.Task {
    private static final int RELEVANT = 2;
    private static final int DISTRACTORS = 4;

    public static DataSource open(DataSpec.TemporalOrder spec, int batch, long seed) {
        return Generated.source(
                new TemporalOrderTask(spec.length()), spec.examples(), spec.validationExamples(), batch, seed);
    }

    @Override
    public DataDescription description() {
        return new DataDescription(
                InputKind.SEQUENCE,
                RELEVANT + DISTRACTORS,
                TargetKind.CLASS,
                RELEVANT * RELEVANT,
                length,
                length - 1 - tenths(1));
    }

    @Override
    public void generate(int example, SplittableRandom random, BatchBuilder.Slot slot) {
        int first = random.nextInt(tenths(1), tenths(2) + 1);
        int second = random.nextInt(tenths(5), tenths(6) + 1);
        int firstSymbol = random.nextInt(RELEVANT);
        int secondSymbol = random.nextInt(RELEVANT);
        for (int t = 0; t < length; t++) {
            int distractor = RELEVANT + random.nextInt(DISTRACTORS);
            slot.feature(t == first ? firstSymbol : t == second ? secondSymbol : distractor, t, 1);
        }
        slot.label(RELEVANT * firstSymbol + secondSymbol, 1);
    }

    private int tenths(int count) {
        return (int) ((long) count * length / 10);
    }
}
