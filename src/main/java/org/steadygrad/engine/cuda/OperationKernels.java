package org.steadygrad.engine.cuda;

import org.steadygrad.check.Cases;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.NothingToDo;
import org.steadygrad.engine.cuda.kernel.OperationKernel;
import org.steadygrad.engine.cuda.layer.ActivateKernel;
import org.steadygrad.engine.cuda.layer.CombineKernel;
import org.steadygrad.engine.cuda.layer.ConcatKernel;
import org.steadygrad.engine.cuda.layer.DenseKernel;
import org.steadygrad.engine.cuda.layer.DeriveMaskKernel;
import org.steadygrad.engine.cuda.layer.DropoutKernel;
import org.steadygrad.engine.cuda.layer.EmbedKernel;
import org.steadygrad.engine.cuda.layer.LastTimeStepKernel;
import org.steadygrad.engine.cuda.layer.MaskRowsKernel;
import org.steadygrad.engine.cuda.layer.NormalizeKernel;
import org.steadygrad.engine.cuda.layer.PoolKernel;
import org.steadygrad.engine.cuda.loss.LossKernel;
import org.steadygrad.engine.cuda.recurrent.RecurKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** Makes the kernel of a step. */
final class OperationKernels {
    /** Makes a kernel of one kind. */
    private interface Maker {
        /** @param number of the step in the plan */
        OperationKernel make(KernelContext context, int number);
    }

    private static final Cases<PlanOperation, Maker> MAKERS = Cases.<PlanOperation, Maker>of(PlanOperation.class)
            .on(PlanOperation.Loss.class, step -> (context, number) -> new LossKernel(context, step, number))
            .on(PlanOperation.Dense.class, step -> (context, number) -> new DenseKernel(context, step, number))
            .on(PlanOperation.Activate.class, step -> (context, number) -> new ActivateKernel(context, step, number))
            .on(PlanOperation.Recur.class, step -> (context, number) -> new RecurKernel(context, step, number))
            .on(PlanOperation.Normalize.class, step -> (context, number) -> new NormalizeKernel(context, step, number))
            .on(PlanOperation.MaskRows.class, step -> (context, number) -> new MaskRowsKernel(context, step, number))
            .on(PlanOperation.Dropout.class, step -> (context, number) -> new DropoutKernel(context, step, number))
            .on(PlanOperation.Combine.class, step -> (context, number) -> new CombineKernel(context, step, number))
            .on(PlanOperation.Concat.class, step -> (context, number) -> new ConcatKernel(context, step, number))
            .on(
                    PlanOperation.LastStep.class,
                    step -> (context, number) -> new LastTimeStepKernel(context, step, number))
            .on(PlanOperation.DeriveMask.class, step -> (context, number) -> new DeriveMaskKernel(context, step))
            .on(PlanOperation.Embed.class, step -> (context, number) -> new EmbedKernel(context, step))
            .on(PlanOperation.Pool.class, step -> (context, number) -> new PoolKernel(context, step, number))
            .on(PlanOperation.Detach.class, step -> (context, number) -> new NothingToDo())
            .complete();

    private OperationKernels() {}

    /** @param number of the step in the plan */
    static OperationKernel make(KernelContext context, PlanOperation step, int number) {
        boolean shared =
                !(step instanceof PlanOperation.Loss) && context.sharing().output(step);
        // a sum hands its gradient on as it is, so that there is nothing to do on the way back either
        if (shared || context.residuals().writes(step)) {
            return new NothingToDo();
        }
        return MAKERS.of(step).make(context, number);
    }
}
