package org.steadygrad.health.prescribe;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.check.Cases;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.InitializerKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Initialisation, normalisation, shortcuts and activation functions of deep networks. */
final class Depth {
    private static final Set<ActivationKind> BOUNDED = EnumSet.of(
            ActivationKind.SIGMOID,
            ActivationKind.TANH,
            ActivationKind.SOFTSIGN,
            ActivationKind.HARD_SIGMOID,
            ActivationKind.HARD_TANH,
            ActivationKind.RATIONAL_TANH,
            ActivationKind.RECTIFIED_TANH,
            ActivationKind.SOFTMAX);
    private static final Set<ActivationKind> DYING = EnumSet.of(
            ActivationKind.RELU, ActivationKind.RELU6, ActivationKind.THRESHOLDED_RELU, ActivationKind.RECTIFIED_TANH);

    /** What each layer's weights start as; what has none counts as well chosen. */
    private static final Cases<LayerSpec, InitializerKind> INITIALISERS = Cases.<LayerSpec, InitializerKind>of(
                    LayerSpec.class)
            .on(LayerSpec.Dense.class, LayerSpec.Dense::init)
            .on(LayerSpec.Stack.class, LayerSpec.Stack::init)
            .on(LayerSpec.Recurrent.class, LayerSpec.Recurrent::init)
            .on(LayerSpec.Output.class, LayerSpec.Output::init)
            .on(LayerSpec.Embedding.class, embedding -> InitializerKind.AUTO)
            .on(LayerSpec.BatchNorm.class, norm -> InitializerKind.AUTO)
            .on(LayerSpec.Activate.class, activation -> InitializerKind.AUTO)
            .on(LayerSpec.Dropout.class, dropout -> InitializerKind.AUTO)
            .on(LayerSpec.Pool.class, pool -> InitializerKind.AUTO)
            .complete();

    /** Activations whose weights want the variance of He et al. */
    private static final Set<ActivationKind> RECTIFYING = EnumSet.of(
            ActivationKind.RELU,
            ActivationKind.RELU6,
            ActivationKind.LEAKY_RELU,
            ActivationKind.THRESHOLDED_RELU,
            ActivationKind.ELU,
            ActivationKind.GELU,
            ActivationKind.SWISH,
            ActivationKind.MISH);

    private static final Set<InitializerKind> GLOROT =
            EnumSet.of(InitializerKind.AUTO, InitializerKind.XAVIER, InitializerKind.XAVIER_UNIFORM);

    /** Initialisers that {@code auto} comes to, but for the shape of the distribution. */
    private static final Cases<LayerSpec, Set<InitializerKind>> SUITABLE = Cases.<LayerSpec, Set<InitializerKind>>of(
                    LayerSpec.class)
            .on(LayerSpec.Dense.class, dense -> suitable(dense.activation()))
            .on(LayerSpec.Stack.class, stack -> suitable(stack.activation()))
            .on(LayerSpec.Recurrent.class, recurrent -> GLOROT)
            .on(LayerSpec.Output.class, output -> GLOROT)
            .on(LayerSpec.Embedding.class, embedding -> GLOROT)
            .on(LayerSpec.BatchNorm.class, norm -> GLOROT)
            .on(LayerSpec.Activate.class, activation -> GLOROT)
            .on(LayerSpec.Dropout.class, dropout -> GLOROT)
            .on(LayerSpec.Pool.class, pool -> GLOROT)
            .complete();

    private Depth() {}

    private static Set<InitializerKind> suitable(ActivationKind activation) {
        if (RECTIFYING.contains(activation)) {
            return EnumSet.of(InitializerKind.AUTO, InitializerKind.HE, InitializerKind.HE_UNIFORM);
        }
        return activation == ActivationKind.SELU ? EnumSet.of(InitializerKind.AUTO, InitializerKind.LECUN) : GLOROT;
    }

    /** The initialiser that fits each layer's activation, where the run file names another. */
    static Optional<Prescription> initialise(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        Set<String> replaced = new LinkedHashSet<>();
        for (int i = 0; i < c.layers().size(); i++) {
            LayerSpec layer = c.layers().get(i);
            if (!SUITABLE.of(layer).contains(INITIALISERS.of(layer))) {
                note(c, i, "init", INITIALISERS.of(layer), changes, replaced);
            }
            if (layer instanceof LayerSpec.Recurrent recurrent
                    && recurrent.recurrentInit() != InitializerKind.AUTO
                    && recurrent.recurrentInit() != InitializerKind.ORTHOGONAL) {
                note(c, i, "recurrentInit", recurrent.recurrentInit(), changes, replaced);
            }
        }
        return FindingInRun.cure(
                "initialisers that fit the activations",
                changes,
                flow(c) + "Weights start as " + String.join(" and ", replaced)
                        + "; variances that follow from the layer's width and activation keep signal and gradient at"
                        + " one size.",
                Paper.HE_2015,
                Paper.GLOROT_2010);
    }

    private static void note(
            FindingInRun c, int layer, String key, InitializerKind now, List<String> changes, Set<String> replaced) {
        changes.add(c.key(layer, key) + "=auto");
        replaced.add(RunFiles.word(now));
    }

    /** Variance 1 in every layer by measurement; for networks of dense layers. */
    static Optional<Prescription> measureVariance(FindingInRun c) {
        boolean dense = c.all(LayerSpec.Stack.class).length + c.all(LayerSpec.Dense.class).length > 0;
        return !dense || c.run().model().lsuv()
                ? Optional.empty()
                : FindingInRun.cure(
                        "weights scaled on a batch of the data",
                        List.of("model.lsuv=true"),
                        flow(c)
                                + "Scaling every layer's weights until its sums have variance 1 starts all layers"
                                + " equal.",
                        Paper.LSUV);
    }

    /** Batch norm in stacks and after dense layers. */
    static Optional<Prescription> normalise(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i = c.layers().size() - 1; i >= 0; i--) {
            LayerSpec layer = c.layers().get(i);
            if (layer instanceof LayerSpec.Stack stack && !stack.batchNorm()) {
                changes.add(c.key(i, "batchNorm") + "=true");
            } else if (layer instanceof LayerSpec.Dense dense
                    && dense.activation() != ActivationKind.IDENTITY
                    && !normalised(c, i)) {
                changes.add(c.key(i, "activation") + "=identity");
                changes.add("model.layers[+" + (i + 1) + "]={batchNorm: {activation: "
                        + RunFiles.word(dense.activation()) + "}}");
            }
        }
        return FindingInRun.cure(
                "batch norm before the activations",
                changes,
                flow(c)
                        + "Sums with mean 0 and variance 1 keep activations where they have a slope, whatever the"
                        + " depth.",
                Paper.BATCH_NORM);
    }

    private static boolean normalised(FindingInRun c, int index) {
        return index + 1 < c.layers().size() && c.layers().get(index + 1) instanceof LayerSpec.BatchNorm;
    }

    /** Sums around the blocks of stacks. */
    static Optional<Prescription> shortcut(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i : c.all(LayerSpec.Stack.class)) {
            LayerSpec.Stack stack = (LayerSpec.Stack) c.layers().get(i);
            if (!stack.residual() && stack.depth() > 1) {
                changes.add(c.key(i, "residual") + "=true");
            }
        }
        return FindingInRun.cure(
                "residual connections",
                changes,
                flow(c)
                        + "Along a sum of each block's input and output the gradient reaches the first layers"
                        + " undiminished.",
                Paper.RESIDUAL);
    }

    /** ReLU, whose slope is 1, in place of bounded functions. */
    static Optional<Prescription> rectify(FindingInRun c) {
        return activation(
                c,
                BOUNDED,
                ActivationKind.RELU,
                "rectified linear units",
                "The slope of a bounded activation is small for most of its range (at most 0.25 for the sigmoid), and"
                        + " slopes multiply from layer to layer; ReLU's is 1.",
                Paper.RECTIFIERS);
    }

    /** SELU, that keeps mean 0 and variance 1 by itself. */
    static Optional<Prescription> selfNormalise(FindingInRun c) {
        return activation(
                c,
                EnumSet.complementOf(EnumSet.of(ActivationKind.SELU, ActivationKind.IDENTITY)),
                ActivationKind.SELU,
                "SELU",
                "Its outputs tend to mean 0 and variance 1 by themselves, layer after layer.",
                Paper.SELF_NORMALISING);
    }

    /** A small slope where ReLU has none. */
    static Optional<Prescription> leak(FindingInRun c) {
        return activation(
                c,
                DYING,
                ActivationKind.LEAKY_RELU,
                "leaky ReLU",
                "A unit below 0 for all of the data gets no gradient from ReLU and stays there; a small slope brings"
                        + " it back.",
                Paper.LEAKY);
    }

    private static Optional<Prescription> activation(
            FindingInRun c, Set<ActivationKind> from, ActivationKind to, String title, String reason, Paper paper) {
        List<String> changes = new ArrayList<>();
        for (int i : c.is("dead-units", "saturation") ? c.concerned() : c.all(LayerSpec.class)) {
            LayerSpec layer = c.layers().get(i);
            ActivationKind now = layer instanceof LayerSpec.Stack stack
                    ? stack.activation()
                    : layer instanceof LayerSpec.Dense dense ? dense.activation() : null;
            if (now != null && from.contains(now)) {
                changes.add(c.key(i, "activation") + "=" + RunFiles.word(to));
                if (INITIALISERS.of(layer) != InitializerKind.AUTO) {
                    changes.add(c.key(i, "init") + "=auto");
                }
            }
        }
        return FindingInRun.cure(title, changes, flow(c) + reason, paper);
    }

    /** What the finding measured, as the beginning of a reason. */
    private static String flow(FindingInRun c) {
        double perLayer = c.evidence("factorPerLayer", Double.NaN);
        double between = c.evidence("layersBetween", Double.NaN);
        if (Double.isNaN(perLayer)) {
            return "";
        }
        String over = Double.isNaN(between) ? "" : " over " + Math.round(between) + " layers";
        String what = c.is("poor-initialisation") ? "Before the first step it" : "The gradient";
        return what + " changes by a factor of " + Finding.number(perLayer) + " per layer" + over + ". ";
    }
}
