package org.steadygrad.health;

import java.util.EnumMap;
import java.util.Map;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;

/**
 * What a finding is worth in view of how the run goes: no symptom is an error or a warning while the run demonstrably learns. What
 * spoils the data or what is measured stays what it is.
 *
 * <p>Each symptom has a share of the loss of guessing: with less of it left, the symptom is for information. The shares were fitted on
 * half of the families of the exam (see {@code src/docs/exam.md}).
 */
final class Harm {
    /** Steps before which it isn't held against a run that it hasn't learnt. */
    static final int PATIENCE = 100;

    private static final Map<FindingKind, Double> LEFT = new EnumMap<>(FindingKind.class);

    static {
        LEFT.put(FindingKind.UNMASKED_PADDING, 0.5);
        LEFT.put(FindingKind.POOR_INITIALISATION, 0.5);
        LEFT.put(FindingKind.EXPLODING_THROUGH_TIME, 0.75);
        LEFT.put(FindingKind.EXPLODING_GRADIENT, 0.9);
        LEFT.put(FindingKind.VANISHING_GRADIENT, 0.75);
        LEFT.put(FindingKind.VANISHING_THROUGH_TIME, 0.9);
        LEFT.put(FindingKind.SHORT_TRUNCATION, 0.9);
        LEFT.put(FindingKind.CLIP_ALWAYS, 1.0);
        LEFT.put(FindingKind.LEARNING_RATE_TOO_HIGH, 0.75);
        LEFT.put(FindingKind.LEARNING_RATE_TOO_LOW, 0.75);
        LEFT.put(FindingKind.DEAD_UNITS, 0.75);
        LEFT.put(FindingKind.SATURATION, 0.75);
        LEFT.put(FindingKind.UNCHANGING_PARAMETER, 0.75);
        LEFT.put(FindingKind.UPDATES_TOO_LARGE, 0.9);
        LEFT.put(FindingKind.UPDATES_TOO_SMALL, 0.9);
        LEFT.put(FindingKind.DIVERGING_LOSS, 0.9);
        LEFT.put(FindingKind.GRADIENT_SPIKES, 0.9);
        LEFT.put(FindingKind.LOSS_SPIKES, 1.0);
        LEFT.put(FindingKind.OSCILLATING_LOSS, 0.9);
        LEFT.put(FindingKind.LOSS_PLATEAU, 1.0);
        LEFT.put(FindingKind.STALLED_INPUT, 1.0);
    }

    /** The same for columns that aren't scaled. */
    private static final double UNSCALED = 0.75;

    private final StepHistory history;
    private final Learning learning;

    Harm(StepHistory history) {
        this.history = history;
        learning = history.learning();
    }

    /**
     * Whether sound runs have it as well, so that only the loss can tell: a gradient that grows slowly from layer to layer, as in
     * normalised networks, and one that doesn't reach the far end of sequences of which it isn't known whether that matters.
     */
    private static boolean mayBeHarmless(Finding finding) {
        Double factor = finding.evidence().get("factorPerLayer");
        return switch (finding.kind()) {
            case EXPLODING_GRADIENT -> factor != null && factor < FlowRules.VIOLENT;
            case VANISHING_THROUGH_TIME -> !finding.evidence().containsKey("lag");
            default -> false;
        };
    }

    /** The finding as it is to be told now. */
    Finding judged(Finding finding) {
        boolean scale =
                finding.kind() == FindingKind.BAD_INPUT && finding.evidence().containsKey("scale");
        double left = scale ? UNSCALED : LEFT.getOrDefault(finding.kind(), Double.NaN);
        if (Double.isNaN(left) || finding.severity() == Severity.INFO) {
            return finding;
        }
        if (mayBeHarmless(finding) && history.steps() < PATIENCE && learning.comparable()) {
            return finding.as(Severity.INFO);
        }
        if (finding.evidence().containsKey(LossRules.GUESSING) && !learning.guesses()) {
            return finding.as(Severity.INFO).because("That isn't so any more: " + learning.words() + ".");
        }
        if (!learning.below(left)) {
            return finding;
        }
        return finding.as(Severity.INFO).because("The run learns all the same: " + learning.words() + ".");
    }
}
