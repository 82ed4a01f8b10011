package org.steadygrad.engine.cpu;

import org.steadygrad.check.Cases;
import org.steadygrad.engine.cpu.activation.ActivateKernel;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.NothingToDo;
import org.steadygrad.engine.cpu.layer.CombineKernel;
import org.steadygrad.engine.cpu.layer.ConcatKernel;
import org.steadygrad.engine.cpu.layer.DenseKernel;
import org.steadygrad.engine.cpu.layer.DeriveMaskKernel;
import org.steadygrad.engine.cpu.layer.DropoutKernel;
import org.steadygrad.engine.cpu.layer.EmbedKernel;
import org.steadygrad.engine.cpu.layer.LastTimeStepKernel;
import org.steadygrad.engine.cpu.layer.MaskRowsKernel;
import org.steadygrad.engine.cpu.layer.PoolKernel;
import org.steadygrad.engine.cpu.loss.LossKernel;
import org.steadygrad.engine.cpu.norm.NormalizeKernel;
import org.steadygrad.engine.cpu.norm.OneDnnNormalizeKernel;
import org.steadygrad.engine.cpu.recurrent.RecurKernel;
import org.steadygrad.engine.plan.PlanOperation;

/** Makes the kernel of an operation. */
final class Kernels {
    /** Makes a kernel of one kind. */
    private interface Maker {
        /** @param number of the operation in the plan */
        Kernel make(KernelContext context, int number);
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
            .on(PlanOperation.Normalize.class, operation -> (context, number) -> normalize(context, operation, number))
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

    private Kernels() {}

    /** @param number of the operation in the plan */
    static Kernel make(KernelContext context, PlanOperation operation, int number) {
        if (!(operation instanceof PlanOperation.Loss) && context.sharing().output(operation)) {
            return new NothingToDo();
        }
        return MAKERS.of(operation).make(context, number);
    }

    private static Kernel normalize(KernelContext context, PlanOperation.Normalize operation, int number) {
        return OneDnnNormalizeKernel.takes(context, operation)
                ? new OneDnnNormalizeKernel(context, operation, number)
                : new NormalizeKernel(context, operation, number);
    }
}
