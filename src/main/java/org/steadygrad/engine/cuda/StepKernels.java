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
        if (program.residuals().writes(step)) {
            // a sum hands its gradient on as it is, so that there is nothing to do on the way back either
            return new NothingToDo();
        }
        if (step instanceof PlanStep.Dense dense) {
            return new DenseStep(program, dense, number);
        }
        if (step instanceof PlanStep.Activate activate) {
            return new ActivateStep(program, activate, number);
        }
        if (step instanceof PlanStep.Recur recur) {
            return new RecurStep(program, recur, number);
        }
        if (step instanceof PlanStep.Normalize normalize) {
            return new NormalizeStep(program, normalize, number);
        }
        if (step instanceof PlanStep.Embed embed) {
            return new EmbedStep(program, embed);
        }
        if (step instanceof PlanStep.Loss loss) {
            return new LossStep(program, loss, number);
        }
        return moving(program, step, number);
    }

    private static StepKernel moving(Program program, PlanStep step, int number) {
        if (step instanceof PlanStep.Dropout dropout) {
            return new DropoutStep(program, dropout, number);
        }
        if (step instanceof PlanStep.Combine combine) {
            return new CombineStep(program, combine, number);
        }
        if (step instanceof PlanStep.Concat concat) {
            return new ConcatStep(program, concat, number);
        }
        if (step instanceof PlanStep.LastStep last) {
            return new LastStepStep(program, last, number);
        }
        if (step instanceof PlanStep.DeriveMask mask) {
            return new DeriveMaskStep(program, mask);
        }
        if (step instanceof PlanStep.MaskRows mask) {
            return new MaskRowsStep(program, mask, number);
        }
        if (step instanceof PlanStep.Pool pool) {
            return new PoolStep(program, pool, number);
        }
        throw new IllegalStateException("engine cuda: no kernel for " + step);
    }
}
