package org.steadygrad.health.prescribe;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.health.Finding;
import org.steadygrad.health.Prescriber;
import org.steadygrad.health.Prescription;

/**
 * Prescribes for networks whose run file isn't known, such as plain DL4J ones: clipping as the assignment that a run file
 * would take, with a threshold from the norms that were seen, and in words what depends on the network.
 */
public final class GeneralPrescriber implements Prescriber {
    private static final Set<String> CLIPPED = Set.of(
            "exploding-gradient", "exploding-through-time", "gradient-spikes", "loss-spikes", "non-finite", "diverging-loss");

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
    private static final Advice RAISE = new Advice(
            "ten times the learning rate", "Steps this small hardly change anything.", Paper.LEARNING_RATE);
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
    private static final Advice DROP = new Advice(
            "dropout", "Units that can't rely on each other learn less by heart.", Paper.DROPOUT);
    private static final Advice DECAY = new Advice(
            "weight decay", "Weights that nothing asks for shrink.", Paper.WEIGHT_DECAY);
    private static final Advice STOP = new Advice(
            "early stopping", "What comes after the best validation is wasted.", Paper.EARLY_STOPPING);
    private static final Advice LOOSEN = new Advice(
            "a larger clipping threshold",
            "A clip that acts on every step is a learning rate in disguise.",
            Paper.CLIPPING);

    private static final Map<String, List<Advice>> ADVICE = Map.ofEntries(
            entry("bad-input", List.of(STANDARDISE)),
            entry("poor-initialisation", List.of(INITIALISE, ORTHOGONAL, NORMALISE, SHORTCUT)),
            entry("all-zero", List.of(INITIALISE, LEAK)),
            entry("vanishing-gradient", List.of(NORMALISE, SHORTCUT, RECTIFY, INITIALISE)),
            entry("exploding-gradient", List.of(INITIALISE, NORMALISE, LOWER)),
            entry("dead-units", List.of(LEAK, LOWER, INITIALISE)),
            entry("saturation", List.of(STANDARDISE, INITIALISE, NORMALISE, RECTIFY)),
            entry("non-finite", List.of(LOWER, INITIALISE, STANDARDISE)),
            entry("vanishing-through-time", List.of(GATE, ORTHOGONAL)),
            entry("exploding-through-time", List.of(ORTHOGONAL, LOWER)),
            entry("short-truncation", List.of(WINDOW)),
            entry("gradient-spikes", List.of(WARM_UP, LOWER)),
            entry("updates-too-small", List.of(RAISE)),
            entry("updates-too-large", List.of(LOWER, WARM_UP)),
            entry("unchanging-parameter", List.of(LEAK, INITIALISE, NORMALISE)),
            entry("oscillating-loss", List.of(LOWER)),
            entry("loss-spikes", List.of(LOWER, WARM_UP)),
            entry("loss-plateau", List.of(RAISE, INITIALISE, NORMALISE)),
            entry("diverging-loss", List.of(LOWER, WARM_UP)),
            entry("learning-rate-too-high", List.of(LOWER, WARM_UP)),
            entry("learning-rate-too-low", List.of(RAISE)),
            entry("clip-always", List.of(LOOSEN)),
            entry("overfitting", List.of(DROP, DECAY, STOP)));

    @Override
    public List<Prescription> prescribe(Finding finding, double[] gradientNorms) {
        List<Prescription> prescribed = new ArrayList<>();
        if (CLIPPED.contains(finding.id())) {
            Clipping.bound(finding, gradientNorms, Optional.empty()).ifPresent(prescribed::add);
        }
        ADVICE.getOrDefault(finding.id(), List.of()).forEach(advice -> prescribed.add(advice.inWords()));
        return prescribed;
    }
}
