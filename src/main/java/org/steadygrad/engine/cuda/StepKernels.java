package org.steadygrad.engine.cuda;

import org.steadygrad.check.Cases;
import org.steadygrad.engine.plan.PlanStep;

/** Makes the kernel of a step. */
final class StepKernels {
    /** Makes a kernel of one kind. */
    private interface Maker {
        /** @param number of the step in the plan */
        StepKernel make(Program program, int number);
    }

    private static final Cases<PlanStep, Maker> MAKERS = Cases.<PlanStep, Maker>of(PlanStep.class)
            .on(PlanStep.Loss.class, step -> (program, number) -> new LossStep(program, step, number))
            .on(PlanStep.Dense.class, step -> (program, number) -> new DenseStep(program, step, number))
            .on(PlanStep.Activate.class, step -> (program, number) -> new ActivateStep(program, step, number))
            .on(PlanStep.Recur.class, step -> (program, number) -> new RecurStep(program, step, number))
            .on(PlanStep.Normalize.class, step -> (program, number) -> new NormalizeStep(program, step, number))
            .on(PlanStep.MaskRows.class, step -> (program, number) -> new MaskRowsStep(program, step, number))
            .on(PlanStep.Dropout.class, step -> (program, number) -> new DropoutStep(program, step, number))
            .on(PlanStep.Combine.class, step -> (program, number) -> new CombineStep(program, step, number))
            .on(PlanStep.Concat.class, step -> (program, number) -> new ConcatStep(program, step, number))
            .on(PlanStep.LastStep.class, step -> (program, number) -> new LastStepStep(program, step, number))
            .on(PlanStep.DeriveMask.class, step -> (program, number) -> new DeriveMaskStep(program, step))
            .on(PlanStep.Embed.class, step -> (program, number) -> new EmbedStep(program, step))
            .on(PlanStep.Pool.class, step -> (program, number) -> new PoolStep(program, step, number))
            .on(PlanStep.Detach.class, step -> (program, number) -> new NothingToDo())
            .complete();

    private StepKernels() {}

    /** @param number of the step in the plan */
    static StepKernel make(Program program, PlanStep step, int number) {
        boolean shared = !(step instanceof PlanStep.Loss) && program.sharing().output(step);
        // a sum hands its gradient on as it is, so that there is nothing to do on the way back either
        if (shared || program.residuals().writes(step)) {
            return new NothingToDo();
        }
        return MAKERS.of(step).make(program, number);
    }
}
