package org.steadygrad.engine.cuda;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanStep;

/** Which kernel sources a model needs, so that they can be compiled side by side before the first step. */
final class KernelFiles {
    private static final List<String> ALWAYS =
            List.of("rows", "loss", "update", "update_decision", "update_statistics", "trace");

    private KernelFiles() {}

    static Set<String> of(Plan plan) {
        Set<String> files = new TreeSet<>(ALWAYS);
        plan.steps().forEach(step -> files.addAll(of(step)));
        return files;
    }

    private static List<String> of(PlanStep step) {
        if (step instanceof PlanStep.Recur recur) {
            return List.of("recurrent", PersistentTile.file(recur.cell()));
        }
        if (step instanceof PlanStep.Dense || step instanceof PlanStep.Activate) {
            return List.of("dense", "activate");
        }
        if (step instanceof PlanStep.Normalize) {
            return List.of("normalize");
        }
        if (step instanceof PlanStep.Embed) {
            return List.of("embed", "dense");
        }
        if (step instanceof PlanStep.Dropout) {
            return List.of("dropout");
        }
        if (step instanceof PlanStep.Pool) {
            return List.of("pool");
        }
        if (step instanceof PlanStep.Combine || step instanceof PlanStep.Concat) {
            return List.of("joins");
        }
        boolean masks = step instanceof PlanStep.LastStep
                || step instanceof PlanStep.DeriveMask
                || step instanceof PlanStep.MaskRows;
        return masks ? List.of("masks") : List.of();
    }
}
