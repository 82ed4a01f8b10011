package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.OneDnn.Call;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.Value;

/** Puts rows side by side: each input is copied to or from its columns of the output. */
final class ConcatKernel implements Kernel {
    private final List<Call> forward = new ArrayList<>();
    private final List<Call> backward = new ArrayList<>();

    ConcatKernel(Program program, PlanStep.Concat step, int number) {
        OneDnn oneDnn = program.runtime().oneDnn();
        NativeScope scope = program.scope();
        FloatMemory output = program.value(step.output());
        int column = 0;
        for (int i = 0; i < step.inputs().size(); i++) {
            Value input = step.inputs().get(i);
            memory columns = columns(program, step.output(), input, output, column);
            forward.add(oneDnn.reorder(scope, program.matrix(input), columns));
            int first = column;
            program.inputGradient(number, i).ifPresent(target -> {
                FloatMemory gradient = program.gradient(step.output());
                backward.add(oneDnn.reorder(
                        scope, columns(program, step.output(), input, gradient, first), program.matrix(input, target)));
            });
            column += input.size();
        }
    }

    private static memory columns(Program program, Value whole, Value part, FloatMemory data, int first) {
        NativeScope scope = program.scope();
        long[] dimensions = {program.rows(part), part.size()};
        memory.desc layout = OneDnn.strided(scope, dimensions, new long[] {whole.size(), 1});
        return program.runtime().oneDnn().view(scope, layout, data.slice(first, data.length() - first));
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
