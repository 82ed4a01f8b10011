package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.health.prescribe.Causes;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;

/**
 * What findings before training are worth. Added are those that no measurement of first steps shows and the run file says: {@link Causes}.
 * For information only are those that sound runs have as well, so that only training can tell: a gradient that grows slowly from layer to
 * layer where there are residual connections, and one of gated cells that doesn't reach the far end of sequences, where it isn't known
 * that the task needs it to.
 */
final class Outlooks {
    /** Growth per layer beyond which no network learns. */
    private static final double VIOLENT = 2;

    private static final String ONLY_TRAINING_TELLS = "Sound runs may have that as well; training will tell.";

    private Outlooks() {}

    /** @param lag whether it is known how far back the task reaches */
    static List<Finding> judged(List<Finding> findings, RunSpec run, boolean lag) {
        List<Finding> judged = new ArrayList<>();
        for (Finding finding : findings) {
            judged.add(harmless(finding, run, lag) ? finding.as(Severity.INFO).because(ONLY_TRAINING_TELLS) : finding);
        }
        for (Causes.Cause cause : Causes.of(run)) {
            FindingKind kind =
                    cause.effect() == Causes.Effect.SLOW ? FindingKind.LEARNING_RATE_TOO_LOW : FindingKind.LOSS_PLATEAU;
            judged.removeIf(finding -> finding.kind() == kind);
            judged.add(new Finding(kind.id(), Severity.WARNING, "", 0, 1, cause.words(), Map.of(), List.of()));
        }
        return judged;
    }

    private static boolean harmless(Finding finding, RunSpec run, boolean lag) {
        List<LayerSpec> layers = run.model().layers();
        double perLayer = finding.evidence().getOrDefault("factorPerLayer", Double.POSITIVE_INFINITY);
        return switch (finding.kind()) {
            case EXPLODING_GRADIENT ->
                perLayer < VIOLENT
                        && layers.stream()
                                .anyMatch(layer -> layer instanceof LayerSpec.Stack stack && stack.residual());
            case VANISHING_THROUGH_TIME ->
                !lag
                        && finding.severity() != Severity.ERROR
                        && layers.stream().noneMatch(LayerSpec.Rnn.class::isInstance);
            default -> false;
        };
    }
}
