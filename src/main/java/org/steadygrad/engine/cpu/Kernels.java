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

/** Makes the kernel of a step. */
final class Kernels {
    /** Makes a kernel of one kind. */
    private interface Maker {
        /** @param number of the step in the plan */
        Kernel make(KernelContext context, int number);
    }

    private static final Cases<PlanOperation, Maker> MAKERS = Cases.<PlanOperation, Maker>of(PlanOperation.class)
            .on(PlanOperation.Loss.class, step -> (context, number) -> new LossKernel(context, step, number))
            .on(PlanOperation.Dense.class, step -> (context, number) -> new DenseKernel(context, step, number))
            .on(PlanOperation.Activate.class, step -> (context, number) -> new ActivateKernel(context, step, number))
            .on(PlanOperation.Recur.class, step -> (context, number) -> new RecurKernel(context, step, number))
            .on(PlanOperation.Normalize.class, step -> (context, number) -> normalize(context, step, number))
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

    private Kernels() {}

    /** @param number of the step in the plan */
    static Kernel make(KernelContext context, PlanOperation step, int number) {
        if (!(step instanceof PlanOperation.Loss) && context.sharing().output(step)) {
            return new NothingToDo();
        }
        return MAKERS.of(step).make(context, number);
    }

    private static Kernel normalize(KernelContext context, PlanOperation.Normalize step, int number) {
        return OneDnnNormalizeKernel.takes(context, step)
                ? new OneDnnNormalizeKernel(context, step, number)
                : new NormalizeKernel(context, step, number);
    }
}
