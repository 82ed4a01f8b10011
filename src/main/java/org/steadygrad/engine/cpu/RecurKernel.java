package org.steadygrad.engine.cpu;

import java.util.List;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.SegmentedSequence.Tensors;
import org.steadygrad.engine.plan.PlanStep;

/**
 * A recurrent layer in one direction. The state it starts from is what the layer carries; in reverse that is nothing, as
 * in DL4J, since no state is kept.
 */
final class RecurKernel implements Kernel, Profiled {
    private final PlanStep.Recur step;
    private final int number;
    private final RecurrentShape shape;
    private final RecurrentLayer layer;
    private final CellOverflowCheck check;

    RecurKernel(Program program, PlanStep.Recur step, int number) {
        this.step = step;
        this.number = number;
        shape = new RecurrentShape(
                step.cell(),
                step.activation(),
                program.shape().steps(),
                program.shape().examples(),
                step.input().size(),
                step.units(),
                step.reverse());
        boolean training = program.needsGradient(step.output());
        FloatMemory inputGradient = program.inputGradient(number, 0).orElse(null);
        Tensors tensors = new Tensors(
                program.value(step.input()),
                program.value(step.output()),
                training ? program.gradient(step.output()) : null,
                inputGradient);
        FloatMemory mask = program.mask(step.mask()).orElse(null);
        RecurrentLayer.Place place = new RecurrentLayer.Place(
                program.runtime(), program.model().packed(), program.scope(), step.layer(), program.workspaceShare());
        layer = new RecurrentLayer(
                place,
                shape,
                new Blocks(step.weights(), step.recurrentWeights(), step.bias()),
                tensors,
                new SequenceMask(shape, mask));
        check = new CellOverflowCheck(program, step, shape);
        if (training) {
            layer.deliver(program.model().memory());
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
        return layer.norms().profile(step.layer(), shape.reverse(), examples);
    }
}
