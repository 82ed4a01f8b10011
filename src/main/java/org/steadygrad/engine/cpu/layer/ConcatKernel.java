package org.steadygrad.engine.cpu.layer;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;

/** Puts rows side by side: each input is copied to or from its columns of the output. */
public final class ConcatKernel implements Kernel {
    private final List<Call> forward = new ArrayList<>();
    private final List<Call> backward = new ArrayList<>();

    public ConcatKernel(KernelContext context, PlanOperation.Concat operation, int number) {
        OneDnn oneDnn = context.runtime().oneDnn();
        NativeScope scope = context.scope();
        FloatMemory output = context.value(operation.output());
        int column = 0;
        for (int i = 0; i < operation.inputs().size(); i++) {
            Value input = operation.inputs().get(i);
            memory columns = columns(context, operation.output(), input, output, column);
            forward.add(oneDnn.reorder(scope, context.matrix(input), columns));
            int first = column;
            context.inputGradient(number, i).ifPresent(target -> {
                FloatMemory gradient = context.gradient(operation.output());
                backward.add(oneDnn.reorder(
                        scope,
                        columns(context, operation.output(), input, gradient, first),
                        context.matrix(input, target)));
            });
            column += input.size();
        }
    }

    private static memory columns(KernelContext context, Value whole, Value part, FloatMemory data, int first) {
        NativeScope scope = context.scope();
        long[] dimensions = {context.rows(part), part.size()};
        memory.desc layout = OneDnn.strided(scope, dimensions, new long[] {whole.size(), 1});
        return context.runtime().oneDnn().view(scope, layout, data.slice(first, data.length() - first));
    }

    @Override
    public void forward(Pass pass) {
        run(forward);
    }

    @Override
    public void backward(Pass pass) {
        run(backward);
    }

    private static void run(List<Call> calls) {
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).run();
        }
    }
}
