package org.steadygrad.engine.cpu.recurrent;

import java.util.List;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.kernel.Profiled;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * A recurrent layer in one direction. The state it starts from is what the layer carries; in reverse that is nothing, as
 * in DL4J, since no state is kept.
 */
public final class RecurKernel implements Kernel, Profiled {
    private final PlanOperation.Recur operation;
    private final int number;
    private final RecurrentShape shape;
    private final RecurrentLayer layer;
    private final CellOverflowCheck check;

    public RecurKernel(KernelContext context, PlanOperation.Recur operation, int number) {
        this.operation = operation;
        this.number = number;
        shape = new RecurrentShape(
                operation.cell(),
                operation.activation(),
                context.shape().timeSteps(),
                context.shape().examples(),
                operation.input().size(),
                operation.units(),
                operation.reverse());
        boolean training = context.needsGradient(operation.output());
        FloatMemory inputGradient = context.inputGradient(number, 0).orElse(null);
        Tensors tensors = new Tensors(
                context.value(operation.input()),
                context.value(operation.output()),
                training ? context.gradient(operation.output()) : null,
                inputGradient);
        FloatMemory mask = context.mask(operation.mask()).orElse(null);
        RecurrentLayer.Place place = new RecurrentLayer.Place(
                context.runtime(),
                context.model().packed(),
                context.scope(),
                operation.layer(),
                context.workspaceShare());
        layer = new RecurrentLayer(
                place,
                shape,
                new Blocks(operation.weights(), operation.recurrentWeights(), operation.bias()),
                tensors,
                new SequenceMask(shape, mask));
        check = new CellOverflowCheck(context, operation, shape);
        if (training) {
            layer.deliver(context.model().memory());
        }
    }

    @Override
    public void forward(Pass pass) {
        boolean keeps = pass.states().keeps() && !shape.reverse();
        List<FloatMemory> initial = layer.prepare(keeps);
        pass.states().load(number, initial);
        layer.forward();
        List<FloatMemory> last = keeps ? layer.finalState() : List.of();
        check.run(initial.get(0), last);
        if (keeps) {
            pass.states().store(number, last);
        }
    }

    @Override
    public void backward(Pass pass) {
        layer.backward(pass.profile());
    }

    @Override
    public TimeProfile profile(int examples) {
        return layer.norms().profile(operation.layer(), shape.reverse(), examples);
    }
}
