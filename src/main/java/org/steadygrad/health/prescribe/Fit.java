package org.steadygrad.health.prescribe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.Precision;

/** Regularisation, data and arithmetic. */
final class Fit {
    private static final double DROPOUT = 0.2;
    private static final double DECAY = 0.01;
    private static final int PATIENCE = 5;

    private Fit() {}

    /** On the inputs of recurrent layers and of the output. */
    static Optional<Prescription> dropout(FindingInRun c) {
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < c.layers().size(); i++) {
            LayerSpec layer = c.layers().get(i);
            boolean without = (layer instanceof LayerSpec.Recurrent recurrent && recurrent.dropout() == 0 && i > 0)
                    || (layer instanceof LayerSpec.Dense dense && dense.dropout() == 0 && i > 0)
                    || (layer instanceof LayerSpec.Stack stack && stack.dropout() == 0)
                    || (layer instanceof LayerSpec.Output output && output.dropout() == 0);
            if (without) {
                changes.add(c.key(i, "dropout") + "=" + DROPOUT);
            }
        }
        if (!(c.layers().get(c.layers().size() - 1) instanceof LayerSpec.Output)) {
            changes.add("model.layers[+" + c.layers().size() + "]={output: {dropout: " + DROPOUT + "}}");
        }
        boolean recurrent = c.all(LayerSpec.Recurrent.class).length > 0;
        return FindingInRun.cure(
                "dropout of " + DROPOUT,
                changes,
                "The network fits the training data better and better and new data worse; units that can't rely on each"
                        + " other learn less by heart.",
                recurrent ? Paper.RECURRENT_DROPOUT : Paper.DROPOUT);
    }

    /** Decoupled, so that the loss keeps its meaning for the update rule. */
    static Optional<Prescription> weightDecay(FindingInRun c) {
        return c.run().training().weightDecay() > 0
                ? Optional.empty()
                : FindingInRun.cure(
                        "weight decay",
                        List.of("training.weightDecay=" + DECAY),
                        "Weights that nothing asks for shrink, and with them what was learnt by heart.",
                        Paper.WEIGHT_DECAY);
    }

    /** By how rare they are, where they don't weigh otherwise already. */
    static Optional<Prescription> weighClasses(FindingInRun c) {
        if (c.data().target() != TargetKind.CLASS && c.data().target() != TargetKind.CLASS_PER_STEP) {
            return Optional.empty();
        }
        int last = c.layers().size() - 1;
        String loss = "{softmaxCrossEntropy: {classWeights: balanced}}";
        List<String> changes = new ArrayList<>();
        if (!(c.layers().get(last) instanceof LayerSpec.Output output)) {
            changes.add("model.layers[+" + (last + 1) + "]={output: {loss: " + loss + "}}");
        } else if (output.loss() instanceof LossSpec.Auto) {
            changes.add(c.key(last, "loss") + "=" + loss);
        }
        return FindingInRun.cure(
                "classes weighed by how rare they are",
                changes,
                "What is right of the many rows of other classes outweighs the few of this one; probabilities are then no"
                        + " longer calibrated.",
                Paper.NONE);
    }

    /** Twice as long, for a model that is on its way. */
    static Optional<Prescription> trainLonger(FindingInRun c) {
        Integer iterations = c.run().training().iterations();
        return FindingInRun.cure(
                "twice the training",
                List.of(
                        iterations == null
                                ? "training.epochs=" + 2L * c.run().training().mostEpochs()
                                : "training.iterations=" + 2L * iterations),
                "The model orders the rows rightly already; what it gives the rare class has yet to grow.",
                Paper.NONE);
    }

    /** Where there is something to validate on. */
    static Optional<Prescription> stopEarly(FindingInRun c) {
        return c.run().training().earlyStopping().patience() > 0
                ? Optional.empty()
                : FindingInRun.cure(
                        "early stopping",
                        List.of("training.earlyStopping.patience=" + PATIENCE),
                        "The best model by validation loss is kept in any case; what comes after it is wasted.",
                        Paper.EARLY_STOPPING);
    }

    /** Columns of mean 0 and deviation 1. */
    static Optional<Prescription> standardise(FindingInRun c) {
        return c.run().data() instanceof DataSpec.Csv csv && csv.normalization() == DataSpec.Normalization.NONE
                ? FindingInRun.cure(
                        "columns scaled to mean 0 and deviation 1",
                        List.of("data.normalization=standard"),
                        "Inputs of the size they come in make sums as large, which no initialiser reckons with.",
                        Paper.LECUN_1998)
                : Optional.empty();
    }

    /** The same where a column was seen to be too large. */
    static Optional<Prescription> scale(FindingInRun c) {
        if (!c.finding().evidence().containsKey("scale")) {
            return Optional.empty();
        }
        return standardise(c)
                .or(() -> Optional.of(new Prescription(
                        "scale inputs and targets to mean 0 and deviation 1",
                        List.of(),
                        "Numbers of the size they come in make sums as large, which no initialiser reckons with.",
                        Paper.LECUN_1998.words())));
    }

    /** In words. */
    static Optional<Prescription> leaveTargetOut(FindingInRun c) {
        String key = c.run().data() instanceof DataSpec.Csv ? " (list the others as data.inputs)" : "";
        return Optional.of(new Prescription(
                "leave out the feature that holds the target" + key,
                List.of(),
                "When the answer is asked for it won't be known; without it the network has to learn the task.",
                Paper.NONE.words()));
    }

    /** In words. */
    static Optional<Prescription> leavePaddingOut(FindingInRun c) {
        return Optional.of(new Prescription(
                "leave the padding out: sequences may differ in length, and masks see to the rest",
                List.of(),
                "The last step of a sequence is to be one of its own.",
                Paper.NONE.words()));
    }

    /** In words: what has to be mended lies outside the run file. */
    static Optional<Prescription> mendData(FindingInRun c) {
        if (c.finding().evidence().containsKey("scale")) {
            return Optional.empty();
        }
        return Optional.of(new Prescription(
                "mend or leave out the values named", List.of(), c.finding().message(), Paper.NONE.words()));
    }

    /** In words. */
    static Optional<Prescription> leaveOut(FindingInRun c) {
        String key = c.run().data() instanceof DataSpec.Csv ? " (list the others as data.inputs)" : "";
        return Optional.of(new Prescription(
                "leave the constant input out" + key,
                List.of(),
                "What never changes says nothing, and batch norm divides by a deviation of 0 where it meets it alone.",
                Paper.NONE.words()));
    }

    /** In words. */
    static Optional<Prescription> shuffle(FindingInRun c) {
        return Optional.of(new Prescription(
                "give the iterator's batches in a new order, and all of them",
                List.of(),
                "The same batch again and again teaches nothing about the others.",
                Paper.NONE.words()));
    }

    /** In words. */
    static Optional<Prescription> useMasks(FindingInRun c) {
        return Optional.of(new Prescription(
                "layers that hand masks on, by MaskAware.of(configuration)",
                List.of(),
                "They leave masked steps out in DL4J's own passes as well, with the same parameters.",
                Paper.NONE.words()));
    }

    /** In words. */
    static Optional<Prescription> feedFaster(FindingInRun c) {
        return Optional.of(new Prescription(
                "prepare the data once, in a file that is read faster",
                List.of(),
                "The engine waits for data most of the time, so that no other change makes steps faster.",
                Paper.NONE.words()));
    }

    /** Numbers with the range of 32-bit floats. */
    static Optional<Prescription> widerRange(FindingInRun c) {
        return c.run().precision() == Precision.FP16
                ? FindingInRun.cure(
                        "precision bf16",
                        List.of("precision=bf16"),
                        "16-bit floats with 5 bits of exponent lose what is below 6e-8 or above 65504; bfloat16 has"
                                + " the range of 32-bit floats.",
                        Paper.BF16)
                : Optional.empty();
    }
}
