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
        if (step instanceof PlanStep.MaskRows mask) {
            return new MaskKernel(program, mask, number);
        }
        throw new IllegalStateException("engine cpu: no kernel for " + step);
    }
}
