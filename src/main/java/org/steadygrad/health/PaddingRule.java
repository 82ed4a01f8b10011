package org.steadygrad.health;

import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Counted;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * {@code unmasked-padding}: in {@value #MANY} of the sequences with a single label, or more, the last {@value #FEWEST} steps or more, and a
 * fifth of all, have one and the same features and no mask: rows that somebody added to make sequences equally long.
 */
final class PaddingRule {
    static final double MANY = 0.5;
    static final int FEWEST = 5;
    private static final double LONG = 0.2;
    private static final int ENOUGH = 30;

    private long sequences;
    private long padded;
    private long paddedSteps;

    void take(LabelledBatch batch, boolean singleLabel) {
        if (!singleLabel || batch.steps() < FEWEST) {
            return;
        }
        for (int example = 0; example < batch.examples(); example++) {
            int length = batch.length(example);
            int first = length - 1;
            while (first > 0 && same(batch, example, first - 1, length - 1)) {
                first--;
            }
            int tail = length - first;
            boolean long_ = tail >= FEWEST && tail >= LONG * length && tail < length;
            sequences++;
            padded += long_ ? 1 : 0;
            paddedSteps += long_ ? tail : 0;
        }
    }

    private static boolean same(LabelledBatch batch, int example, int one, int other) {
        for (int column = 0; column < batch.width(); column++) {
            if (batch.feature(example, column, one) != batch.feature(example, column, other)) {
                return false;
            }
        }
        return true;
    }

    Optional<Finding> look() {
        if (sequences < ENOUGH || padded < MANY * sequences) {
            return Optional.empty();
        }
        double steps = (double) paddedSteps / padded;
        return Optional.of(Finding.seen(
                FindingKind.UNMASKED_PADDING,
                Severity.WARNING,
                "",
                padded + " of " + Counted.of(sequences, "sequence") + " end with rows that are all the same, "
                        + Finding.number(steps)
                        + " of them on average: padding that the network can't tell from data, and has to remember over.",
                Map.of("share", (double) padded / sequences, "steps", steps)));
    }
}
