package org.steadygrad.engine.cpu;

import org.steadygrad.check.Cases;
import org.steadygrad.engine.plan.PlanStep;

/** Makes the kernel of a step. */
final class Kernels {
    /** Makes a kernel of one kind. */
    private interface Maker {
        /** @param number of the step in the plan */
        Kernel make(Program program, int number);
    }

    private static final Cases<PlanStep, Maker> MAKERS = Cases.<PlanStep, Maker>of(PlanStep.class)
            .on(PlanStep.Loss.class, step -> (program, number) -> new LossKernel(program, step, number))
            .on(PlanStep.Dense.class, step -> (program, number) -> new DenseKernel(program, step, number))
            .on(PlanStep.Activate.class, step -> (program, number) -> new ActivateKernel(program, step, number))
            .on(PlanStep.Recur.class, step -> (program, number) -> new RecurKernel(program, step, number))
            .on(PlanStep.Normalize.class, step -> (program, number) -> normalize(program, step, number))
            .on(PlanStep.MaskRows.class, step -> (program, number) -> new MaskKernel(program, step, number))
            .on(PlanStep.Dropout.class, step -> (program, number) -> new DropoutKernel(program, step, number))
            .on(PlanStep.Combine.class, step -> (program, number) -> new CombineKernel(program, step, number))
            .on(PlanStep.Concat.class, step -> (program, number) -> new ConcatKernel(program, step, number))
            .on(PlanStep.LastStep.class, step -> (program, number) -> new LastStepKernel(program, step, number))
            .on(PlanStep.DeriveMask.class, step -> (program, number) -> new DeriveMaskKernel(program, step))
            .on(PlanStep.Embed.class, step -> (program, number) -> new EmbedKernel(program, step))
            .on(PlanStep.Pool.class, step -> (program, number) -> new PoolKernel(program, step, number))
            .on(PlanStep.Detach.class, step -> (program, number) -> new NothingToDo())
            .complete();

    private Kernels() {}

    /** @param number of the step in the plan */
    static Kernel make(Program program, PlanStep step, int number) {
        if (!(step instanceof PlanStep.Loss) && program.sharing().output(step)) {
            return new NothingToDo();
        }
        return MAKERS.of(step).make(program, number);
    }

    private static Kernel normalize(Program program, PlanStep.Normalize step, int number) {
        return OneDnnNormalizeKernel.takes(program, step)
                ? new OneDnnNormalizeKernel(program, step, number)
                : new NormalizeKernel(program, step, number);
    }
}
