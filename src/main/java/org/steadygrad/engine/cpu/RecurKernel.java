package org.steadygrad.engine.cpu;

import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.SegmentedSequence.Tensors;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.PlanStep.Cell;

/**
 * A recurrent layer in one direction. The state it starts from is what the layer carries; in reverse that is nothing, as
 * in DL4J, since no state is kept.
 */
final class RecurKernel implements Kernel, Profiled {
    private final PlanStep.Recur step;
    private final int number;
    private final RecurrentShape shape;
    private final RecurrentLayer layer;
    private final Optional<RectifiedCellCheck> check;

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
        boolean rectifies = step.cell() == Cell.SIMPLE && step.activation().isRelu();
        check = rectifies ? Optional.of(new RectifiedCellCheck(program, step, shape)) : Optional.empty();
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
        check.ifPresent(c ->
                c.run(initial.get(0), keeps ? Optional.of(layer.finalState().get(0)) : Optional.empty()));
        if (keeps) {
            pass.states().store(number, layer.finalState());
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
