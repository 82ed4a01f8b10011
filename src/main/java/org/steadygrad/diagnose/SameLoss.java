package org.steadygrad.diagnose;

import java.util.Objects;
import org.steadygrad.check.Cases;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.RunSpec;

/** Whether losses of two runs can be compared. */
final class SameLoss {
    private static final Cases<LossSpec, Boolean> SCALES = Cases.<LossSpec, Boolean>of(LossSpec.class)
            .on(LossSpec.Auto.class, loss -> true)
            .on(LossSpec.MeanSquaredError.class, loss -> true)
            .on(LossSpec.MeanAbsoluteError.class, loss -> true)
            .on(LossSpec.Pinball.class, loss -> true)
            .on(LossSpec.Huber.class, loss -> false)
            .on(LossSpec.NegativeBinomial.class, loss -> false)
            .on(LossSpec.SoftmaxCrossEntropy.class, loss -> false)
            .on(LossSpec.SigmoidCrossEntropy.class, loss -> false)
            .complete();

    private SameLoss() {}

    /**
     * They can when both have the same loss function of the same targets of the same examples. Scaling a CSV file's columns
     * scales the numbers that are to be predicted too, but not classes: losses of a single number are then compared as shares of those of
     * guessing, which don't depend on its scale, while several numbers would count for other parts of the loss.
     */
    static boolean of(RunSpec one, RunSpec other, TargetKind target) {
        boolean numbers = target == TargetKind.NUMBERS || target == TargetKind.NUMBERS_PER_STEP;
        return loss(one).equals(loss(other))
                && (one.data().equals(other.data())
                        || (sameTargets(one.data(), other.data(), numbers) && (!numbers || scales(loss(one)))));
    }

    private static boolean sameTargets(DataSpec one, DataSpec other, boolean numbers) {
        return one instanceof DataSpec.Csv a
                && other instanceof DataSpec.Csv b
                && (!numbers || onlyScaled(a, b))
                && a.path().equals(b.path())
                && a.target().equals(b.target())
                && Objects.equals(a.window(), b.window())
                && a.horizon() == b.horizon()
                && a.validation() == b.validation();
    }

    private static boolean onlyScaled(DataSpec.Csv a, DataSpec.Csv b) {
        return a.target().size() == 1 && a.equals(b.withNormalization(a.normalization()));
    }

    /** Whether a loss grows with the scale of what is predicted, by a power of it. */
    private static boolean scales(LossSpec loss) {
        return SCALES.of(loss);
    }

    private static LossSpec loss(RunSpec run) {
        LayerSpec last = run.model().layers().get(run.model().layers().size() - 1);
        return last instanceof LayerSpec.Output output ? output.loss() : LossSpec.auto();
    }
}
