package org.steadygrad.engine.cpu.recurrent;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.NdMemory;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.nn.GRUAccelerator.Parameters;
import org.steadygrad.nn.GRUAccelerator.Sequences;

/** The plain GRU layer compiled for one shape. */
final class GruRun implements AutoCloseable {
    private final NativeScope scope = new NativeScope();
    private final Key key;
    private final GruModel model;
    private final Tensors tensors;
    private final RecurrentLayer layer;
    private final SequenceExchange input;
    private final SequenceExchange output;
    private final SequenceExchange outputGradient;
    private final SequenceExchange inputGradient;
    private final FloatMemory mask;
    private final SequenceMask present;
    private final SequenceExchange masks;
    private FloatMemory finalState;

    /** What a run is compiled for. */
    record Key(int steps, int examples, boolean masked, boolean training) {}

    GruRun(GruModel model, Key key) {
        this.model = model;
        this.key = key;
        RecurrentShape shape = new RecurrentShape(
                Cell.GRU,
                new ActivationFunction(ActivationFunction.Kind.TANH, 0),
                key.steps,
                key.examples,
                model.inputs(),
                model.units(),
                false);
        long inputs = (long) key.steps * key.examples * model.inputs();
        long outputs = (long) key.steps * shape.stateLength();
        tensors = new Tensors(
                scope.allocate(inputs),
                scope.allocate(outputs),
                key.training ? scope.allocate(outputs) : null,
                key.training ? scope.allocate(inputs) : null);
        input = exchange(tensors.input());
        output = exchange(tensors.output());
        outputGradient = key.training ? exchange(tensors.outputGradient()) : null;
        inputGradient = key.training ? exchange(tensors.inputGradient()) : null;
        mask = key.masked ? scope.allocate((long) key.steps * key.examples) : null;
        masks = key.masked ? exchange(mask) : null;
        RecurrentLayer.Place place =
                new RecurrentLayer.Place(model.runtime(), model.packed(), scope, "GRU", Long.MAX_VALUE);
        present = new SequenceMask(shape, mask);
        layer = new RecurrentLayer(place, shape, model.blocks(), tensors, present);
        if (key.training) {
            layer.deliver(model.memory());
        }
    }

    private SequenceExchange exchange(FloatMemory data) {
        return new SequenceExchange(model.runtime().oneDnn(), data, key.steps, key.examples);
    }

    void forward(Sequences sequences, INDArray target) {
        input.load(sequences.x());
        if (masks != null) {
            masks.load(sequences.mask());
        }
        List<FloatMemory> state = layer.prepare(true);
        if (masks != null) {
            present.clear(tensors.input(), model.inputs());
        }
        if (sequences.initial() == null) {
            state.get(0).zero();
        } else {
            state.get(0).copyFrom(NdMemory.of(sequences.initial().dup('c')));
        }
        layer.forward();
        finalState = layer.finalState().get(0);
        output.store(target);
    }

    void finalState(INDArray target) {
        target.assign(rows(finalState));
    }

    private INDArray rows(FloatMemory state) {
        return Nd4j.createFromArray(state.toArray()).reshape(key.examples, model.units());
    }

    void backward(INDArray epsilon, Parameters gradients, INDArray target, INDArray initialGradient) {
        outputGradient.load(epsilon);
        layer.backward(false);
        model.giveGradients(gradients);
        inputGradient.store(target);
        initialGradient.assign(rows(layer.initialGradient()));
    }

    @Override
    public void close() {
        input.close();
        output.close();
        if (key.training) {
            outputGradient.close();
            inputGradient.close();
        }
        if (masks != null) {
            masks.close();
        }
        scope.close();
    }
}
