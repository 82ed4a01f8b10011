package org.steadygrad.engine.cpu;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_forward;
import org.steadygrad.engine.cpu.OneDnn.Call;
import org.steadygrad.engine.plan.PlanStep;

/** Softmax and cross-entropy. */
final class LossKernel implements Kernel {
    private static final float SMALLEST_PROBABILITY = 1e-10f;

    private final Program program;
    private final PlanStep.Loss step;
    private final Call softmax;
    private final FloatMemory output;
    private double loss;

    LossKernel(Program program, PlanStep.Loss step) {
        this.program = program;
        this.step = step;
        NativeScope scope = program.scope();
        OneDnn oneDnn = program.runtime().oneDnn();
        memory source = program.matrix(step.input());
        memory target = program.matrix(step.output());
        memory.desc shape =
                OneDnn.rows(scope, program.rows(step.input()), step.input().size());
        softmax_forward.primitive_desc description = scope.own(new softmax_forward.primitive_desc(
                oneDnn.engine(), prop_kind.forward_training, algorithm.softmax_accurate, shape, shape, 1));
        softmax = oneDnn.call(scope, scope.own(new softmax_forward(description)))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, target);
        output = program.value(step.output());
    }

    @Override
    public void forward(Pass pass) {
        softmax.run();
    }

    @Override
    public void backward(Pass pass) {
        FloatMemory labels = program.batch().labels();
        FloatMemory gradient = program.gradient(step.input());
        loss = 0;
        for (int i = 0; i < output.length(); i++) {
            float p = output.get(i);
            float y = labels.get(i);
            gradient.put(i, p - y);
            if (y != 0) {
                loss -= y * Math.log(Math.max(p, SMALLEST_PROBABILITY));
            }
        }
    }

    double loss() {
        return loss;
    }
}
