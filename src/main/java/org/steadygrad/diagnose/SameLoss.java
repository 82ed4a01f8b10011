package org.steadygrad.diagnose;

import java.util.Objects;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.RunSpec;

/** Whether losses of two runs can be compared. */
final class SameLoss {
    private SameLoss() {}

    /**
     * They can when both have the same loss function of the same targets of the same examples. Scaling a CSV file's columns
     * scales the numbers that are to be predicted too, but not classes.
     */
    static boolean of(RunSpec one, RunSpec other, TargetKind target) {
        return loss(one).equals(loss(other))
                && (one.data().equals(other.data()) || sameTargets(one.data(), other.data(), target));
    }

    private static boolean sameTargets(DataSpec one, DataSpec other, TargetKind target) {
        boolean numbers = target == TargetKind.NUMBERS || target == TargetKind.NUMBERS_PER_STEP;
        return !numbers
                && one instanceof DataSpec.Csv a
                && other instanceof DataSpec.Csv b
                && a.path().equals(b.path())
                && a.target().equals(b.target())
                && Objects.equals(a.window(), b.window())
                && a.horizon() == b.horizon()
                && a.validation() == b.validation();
    }

    private static LossSpec loss(RunSpec run) {
        LayerSpec last = run.model().layers().get(run.model().layers().size() - 1);
        return last instanceof LayerSpec.Output output ? output.loss() : LossSpec.auto();
    }
}
