package org.steadygrad.engine.cuda;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.steadygrad.check.Cases;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanStep;

/** Which kernel sources a model needs, so that they can be compiled side by side before the first step. */
final class KernelFiles {
    private static final List<String> ALWAYS =
            List.of("rows", "loss", "update", "update_decision", "update_statistics", "trace");

    private static final Cases<PlanStep, List<String>> FILES = Cases.<PlanStep, List<String>>of(PlanStep.class)
            .on(PlanStep.Recur.class, recur -> List.of("recurrent"))
            .on(PlanStep.Dense.class, dense -> List.of("dense", "activate"))
            .on(PlanStep.Activate.class, activate -> List.of("dense", "activate"))
            .on(PlanStep.Normalize.class, normalize -> List.of("normalize"))
            .on(PlanStep.Embed.class, embed -> List.of("embed", "dense"))
            .on(PlanStep.Dropout.class, dropout -> List.of("dropout"))
            .on(PlanStep.Pool.class, pool -> List.of("pool"))
            .on(PlanStep.Combine.class, combine -> List.of("joins"))
            .on(PlanStep.Concat.class, concat -> List.of("joins"))
            .on(PlanStep.LastStep.class, last -> List.of("masks"))
            .on(PlanStep.DeriveMask.class, mask -> List.of("masks"))
            .on(PlanStep.MaskRows.class, mask -> List.of("masks"))
            .on(PlanStep.Detach.class, detach -> List.of())
            .on(PlanStep.Loss.class, loss -> List.of())
            .complete();

    private KernelFiles() {}

    /** Those that a model can't do without. */
    static Set<String> needed(Plan plan) {
        Set<String> files = new TreeSet<>(ALWAYS);
        plan.steps().forEach(step -> files.addAll(FILES.of(step)));
        return files;
    }

    /**
     * Those that it runs faster with, as far as they are for the device.
     *
     * @param architecture of the device, 90 for 9.0
     */
    static Set<String> optional(Plan plan, int architecture) {
        Set<String> files = new TreeSet<>();
        if (PersistentScan.runsOn(architecture)) {
            plan.steps().stream()
                    .filter(step -> step instanceof PlanStep.Recur)
                    .forEach(step -> files.add(PersistentTile.file(((PlanStep.Recur) step).cell())));
        }
        return files;
    }
}
