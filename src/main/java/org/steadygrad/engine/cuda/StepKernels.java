package org.steadygrad.engine.cuda;

import org.steadygrad.engine.plan.PlanStep;

/** Makes the kernel of a step. */
final class StepKernels {
    private StepKernels() {}

    /** @param number of the step in the plan */
    static StepKernel make(Program program, PlanStep step, int number) {
        if (!(step instanceof PlanStep.Loss) && program.sharing().output(step)) {
            return new NothingToDo();
        }
        if (step instanceof PlanStep.Dense dense) {
            return new DenseStep(program, dense, number);
        }
        if (step instanceof PlanStep.Activate activate) {
            return new ActivateStep(program, activate, number);
        }
        if (step instanceof PlanStep.Loss loss) {
            return new LossStep(program, loss, number);
        }
        throw new IllegalStateException("engine cuda: no kernel for " + step);
    }
}
