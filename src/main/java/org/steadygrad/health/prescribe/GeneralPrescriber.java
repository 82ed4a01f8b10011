package org.steadygrad.health.prescribe;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.health.Prescriber;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.FindingKind;

/**
 * Prescribes for networks whose run file isn't known, such as plain DL4J ones: clipping as the assignment that a run file
 * would take, with a threshold from the norms that were seen, and in words what depends on the network.
 */
public final class GeneralPrescriber implements Prescriber {
    private static final Set<String> CLIPPED = Set.of(
            FindingKind.EXPLODING_GRADIENT.id(),
            FindingKind.EXPLODING_THROUGH_TIME.id(),
            FindingKind.GRADIENT_SPIKES.id(),
            FindingKind.LOSS_SPIKES.id(),
            FindingKind.NON_FINITE.id(),
            FindingKind.DIVERGING_LOSS.id());

    /** By how much {@link #RAISE} raises the learning rate. */
    private static final double RAISED = 10;

    private record Advice(String title, String reason, Paper paper) {
        Prescription inWords() {
            return new Prescription(title, List.of(), reason, paper.words());
        }
    }

    private static final Advice INITIALISE = new Advice(
            "initialise for the activation: He for ReLU, Xavier for tanh and sigmoid, LeCun for SELU",
            "Variances that follow from width and activation keep signal and gradient at one size.",
            Paper.HE_2015);
    private static final Advice NORMALISE = new Advice(
            "batch norm before the activations",
            "Sums with mean 0 and variance 1 keep activations where they have a slope.",
            Paper.BATCH_NORM);
    private static final Advice SHORTCUT = new Advice(
            "residual connections",
            "Along a sum of input and output the gradient reaches the first layers undiminished.",
            Paper.RESIDUAL);
    private static final Advice RECTIFY = new Advice(
            "ReLU in place of bounded activations",
            "Slopes multiply from layer to layer; ReLU's is 1.",
            Paper.RECTIFIERS);
    private static final Advice LEAK = new Advice(
            "leaky ReLU in place of ReLU",
            "A unit below 0 for all of the data gets no gradient from ReLU and stays there.",
            Paper.LEAKY);
    private static final Advice GATE = new Advice(
            "a gated cell (LSTM, GRU), its biases set for the longest dependency",
            "A gate that keeps the state lets the gradient through as it is.",
            Paper.CHRONO);
    private static final Advice ORTHOGONAL = new Advice(
            "orthogonal recurrent weights",
            "An orthogonal matrix keeps the length of what it multiplies, however many times.",
            Paper.ORTHOGONAL);
    private static final Advice LOWER = new Advice(
            "a tenth of the learning rate",
            "Steps that are too long leave the region where the gradient means anything.",
            Paper.LEARNING_RATE);
    private static final Advice RAISE =
            new Advice("ten times the learning rate", "Steps this small hardly change anything.", Paper.LEARNING_RATE);
    private static final Advice ADAPT = new Advice(
            "an adaptive updater (Adam)",
            "Gradients of different sizes in different layers ask for different step sizes, which Adam finds.",
            Paper.ADAM);
    private static final Advice WARM_UP = new Advice(
            "a learning rate that rises from 0 over the first steps",
            "Gradients are largest at the start, where the weights are random.",
            Paper.WARM_UP);
    private static final Advice STANDARDISE = new Advice(
            "inputs scaled to mean 0 and deviation 1",
            "Large inputs make large sums, which no initialiser reckons with.",
            Paper.LECUN_1998);
    private static final Advice WINDOW = new Advice(
            "longer windows of truncated back-propagation",
            "What lies further back than a window isn't learnt from.",
            Paper.TRUNCATION);
    private static final Advice DROP =
            new Advice("dropout", "Units that can't rely on each other learn less by heart.", Paper.DROPOUT);
    private static final Advice DECAY =
            new Advice("weight decay", "Weights that nothing asks for shrink.", Paper.WEIGHT_DECAY);
    private static final Advice STOP =
            new Advice("early stopping", "What comes after the best validation is wasted.", Paper.EARLY_STOPPING);
    private static final Advice LOOSEN = new Advice(
            "a larger clipping threshold",
            "A clip that acts on every step is a learning rate in disguise.",
            Paper.CLIPPING);

    /** Where some updates are far smaller than others. */
    private static final List<Advice> EVENING = List.of(ADAPT, NORMALISE, INITIALISE);

    private static final Map<FindingKind, List<Advice>> ADVICE = Map.ofEntries(
            entry(FindingKind.BAD_INPUT, List.of(STANDARDISE)),
            entry(FindingKind.POOR_INITIALISATION, List.of(INITIALISE, ORTHOGONAL, NORMALISE, SHORTCUT)),
            entry(FindingKind.ALL_ZERO, List.of(INITIALISE, LEAK)),
            entry(FindingKind.VANISHING_GRADIENT, List.of(NORMALISE, SHORTCUT, RECTIFY, INITIALISE)),
            entry(FindingKind.EXPLODING_GRADIENT, List.of(INITIALISE, NORMALISE, LOWER)),
            entry(FindingKind.DEAD_UNITS, List.of(LEAK, LOWER, INITIALISE)),
            entry(FindingKind.SATURATION, List.of(STANDARDISE, INITIALISE, NORMALISE, RECTIFY)),
            entry(FindingKind.NON_FINITE, List.of(LOWER, INITIALISE, STANDARDISE)),
            entry(FindingKind.VANISHING_THROUGH_TIME, List.of(GATE, ORTHOGONAL)),
            entry(FindingKind.EXPLODING_THROUGH_TIME, List.of(ORTHOGONAL, LOWER)),
            entry(FindingKind.SHORT_TRUNCATION, List.of(WINDOW)),
            entry(FindingKind.GRADIENT_SPIKES, List.of(WARM_UP, LOWER)),
            entry(FindingKind.UPDATES_TOO_SMALL, List.of(RAISE, ADAPT)),
            entry(FindingKind.UPDATES_TOO_LARGE, List.of(LOWER, WARM_UP)),
            entry(FindingKind.UNCHANGING_PARAMETER, List.of(LEAK, INITIALISE, NORMALISE)),
            entry(FindingKind.OSCILLATING_LOSS, List.of(LOWER)),
            entry(FindingKind.LOSS_SPIKES, List.of(LOWER, WARM_UP)),
            entry(FindingKind.CLASS_IMBALANCE, List.of(RAISE, ADAPT)),
            entry(FindingKind.LOSS_PLATEAU, List.of(RAISE, INITIALISE, NORMALISE)),
            entry(FindingKind.DIVERGING_LOSS, List.of(LOWER, WARM_UP)),
            entry(FindingKind.LEARNING_RATE_TOO_HIGH, List.of(LOWER, WARM_UP)),
            entry(FindingKind.LEARNING_RATE_TOO_LOW, List.of(RAISE, ADAPT)),
            entry(FindingKind.CLIP_ALWAYS, List.of(LOOSEN)),
            entry(FindingKind.OVERFITTING, List.of(DROP, DECAY, STOP)));

    @Override
    public List<Prescription> prescribe(Finding finding, double[] gradientNorms) {
        List<Prescription> prescribed = new ArrayList<>();
        if (CLIPPED.contains(finding.id())) {
            Clipping.bound(finding, gradientNorms, Optional.empty()).ifPresent(prescribed::add);
        }
        ADVICE.forEach((kind, advice) -> {
            if (kind.id().equals(finding.id())) {
                fitting(advice, finding).forEach(one -> prescribed.add(one.inWords()));
            }
        });
        return prescribed;
    }

    /** Without a higher learning rate where the largest updates don't bear it; what is starved is evened first. */
    private static List<Advice> fitting(List<Advice> advice, Finding finding) {
        Set<Advice> fitting = new LinkedHashSet<>(UpdateRatios.starved(finding) ? EVENING : List.of());
        fitting.addAll(advice);
        if (!StepSize.bears(UpdateRatios.of(finding), RAISED)) {
            fitting.remove(RAISE);
        }
        return List.copyOf(fitting);
    }
}
