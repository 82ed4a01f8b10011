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

/** Makes the kernel of an operation. */
final class OperationKernels {
    /** Makes a kernel of one kind. */
    private interface Maker {
        /** @param number of the operation in the plan */
        OperationKernel make(KernelContext context, int number);
    }

    private static final Cases<PlanOperation, Maker> MAKERS = Cases.<PlanOperation, Maker>of(PlanOperation.class)
            .on(PlanOperation.Loss.class, operation -> (context, number) -> new LossKernel(context, operation, number))
            .on(
                    PlanOperation.Dense.class,
                    operation -> (context, number) -> new DenseKernel(context, operation, number))
            .on(
                    PlanOperation.Activate.class,
                    operation -> (context, number) -> new ActivateKernel(context, operation, number))
            .on(
                    PlanOperation.Recur.class,
                    operation -> (context, number) -> new RecurKernel(context, operation, number))
            .on(
                    PlanOperation.Normalize.class,
                    operation -> (context, number) -> new NormalizeKernel(context, operation, number))
            .on(
                    PlanOperation.MaskRows.class,
                    operation -> (context, number) -> new MaskRowsKernel(context, operation, number))
            .on(
                    PlanOperation.Dropout.class,
                    operation -> (context, number) -> new DropoutKernel(context, operation, number))
            .on(
                    PlanOperation.Combine.class,
                    operation -> (context, number) -> new CombineKernel(context, operation, number))
            .on(
                    PlanOperation.Concat.class,
                    operation -> (context, number) -> new ConcatKernel(context, operation, number))
            .on(
                    PlanOperation.LastTimeStep.class,
                    operation -> (context, number) -> new LastTimeStepKernel(context, operation, number))
            .on(
                    PlanOperation.DeriveMask.class,
                    operation -> (context, number) -> new DeriveMaskKernel(context, operation))
            .on(PlanOperation.Embed.class, operation -> (context, number) -> new EmbedKernel(context, operation))
            .on(PlanOperation.Pool.class, operation -> (context, number) -> new PoolKernel(context, operation, number))
            .on(PlanOperation.Detach.class, operation -> (context, number) -> new NothingToDo())
            .complete();

    private OperationKernels() {}

    /** @param number of the operation in the plan */
    static OperationKernel make(KernelContext context, PlanOperation operation, int number) {
        boolean shared =
                !(operation instanceof PlanOperation.Loss) && context.sharing().output(operation);
        // a sum hands its gradient on as it is, so that there is nothing to do on the way back either
        if (shared || context.residuals().writes(operation)) {
            return new NothingToDo();
        }
        return MAKERS.of(operation).make(context, number);
    }
}
