package org.steadygrad.engine.cuda;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.steadygrad.check.Cases;
import org.steadygrad.engine.cuda.recurrent.PersistentScan;
import org.steadygrad.engine.cuda.recurrent.PersistentTile;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;

/** Which kernel sources a model needs, so that they can be compiled side by side before the first step. */
final class KernelFiles {
    private static final List<String> ALWAYS =
            List.of("rows", "loss", "update", "update_decision", "update_statistics", "trace");

    private static final Cases<PlanOperation, List<String>> FILES = Cases.<PlanOperation, List<String>>of(
                    PlanOperation.class)
            .on(PlanOperation.Recur.class, recur -> List.of("recurrent"))
            .on(PlanOperation.Dense.class, dense -> List.of("dense", "activate"))
            .on(PlanOperation.Activate.class, activate -> List.of("dense", "activate"))
            .on(PlanOperation.Normalize.class, normalize -> List.of("normalize"))
            .on(PlanOperation.Embed.class, embed -> List.of("embed", "dense"))
            .on(PlanOperation.Dropout.class, dropout -> List.of("dropout"))
            .on(PlanOperation.Pool.class, pool -> List.of("pool"))
            .on(PlanOperation.Combine.class, combine -> List.of("joins"))
            .on(PlanOperation.Concat.class, concat -> List.of("joins"))
            .on(PlanOperation.LastTimeStep.class, last -> List.of("masks"))
            .on(PlanOperation.DeriveMask.class, mask -> List.of("masks"))
            .on(PlanOperation.MaskRows.class, mask -> List.of("masks"))
            .on(PlanOperation.Detach.class, detach -> List.of())
            .on(
                    PlanOperation.Loss.class,
                    loss -> loss.settings().formula().isPresent() ? List.of("formula_loss") : List.of())
            .complete();

    private KernelFiles() {}

    /** Those that a model can't do without. */
    static Set<String> needed(Plan plan) {
        Set<String> files = new TreeSet<>(ALWAYS);
        plan.operations().forEach(operation -> files.addAll(FILES.of(operation)));
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
            plan.operations().stream()
                    .filter(operation -> operation instanceof PlanOperation.Recur)
                    .forEach(operation -> files.add(PersistentTile.file(((PlanOperation.Recur) operation).cell())));
        }
        return files;
    }
}
