package org.steadygrad.engine.cpu;

import org.steadygrad.engine.plan.PlanStep;

/** Makes the kernel of a step. */
final class Kernels {
    private Kernels() {}

    /** @param number of the step in the plan */
    static Kernel make(Program program, PlanStep step, int number) {
        if (step instanceof PlanStep.Loss loss) {
            return new LossKernel(program, loss, number);
        }
        if (program.sharing().output(step)) {
            return new NothingToDo();
        }
        if (step instanceof PlanStep.Dense dense) {
            return new DenseKernel(program, dense, number);
        }
        if (step instanceof PlanStep.Activate activate) {
            return new ActivateKernel(program, activate, number);
        }
        if (step instanceof PlanStep.Recur recur) {
            return new RecurKernel(program, recur, number);
        }
        if (step instanceof PlanStep.Normalize normalize) {
            return OneDnnNormalizeKernel.takes(program, normalize)
                    ? new OneDnnNormalizeKernel(program, normalize, number)
                    : new NormalizeKernel(program, normalize, number);
        }
        if (step instanceof PlanStep.MaskRows mask) {
            return new MaskKernel(program, mask, number);
        }
        return moving(program, step, number);
    }

    private static Kernel moving(Program program, PlanStep step, int number) {
        if (step instanceof PlanStep.Dropout dropout) {
            return new DropoutKernel(program, dropout, number);
        }
        if (step instanceof PlanStep.Combine combine) {
            return new CombineKernel(program, combine, number);
        }
        if (step instanceof PlanStep.Concat concat) {
            return new ConcatKernel(program, concat, number);
        }
        if (step instanceof PlanStep.LastStep last) {
            return new LastStepKernel(program, last, number);
        }
        if (step instanceof PlanStep.DeriveMask mask) {
            return new DeriveMaskKernel(program, mask);
        }
        if (step instanceof PlanStep.Embed embed) {
            return new EmbedKernel(program, embed);
        }
        if (step instanceof PlanStep.Pool pool) {
            return new PoolKernel(program, pool, number);
        }
        throw new IllegalStateException("engine cpu: no kernel for " + step);
    }
}
