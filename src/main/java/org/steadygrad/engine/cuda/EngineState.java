package org.steadygrad.engine.cuda;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.LossScale;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.cuda.kernel.StateStore;
import org.steadygrad.ops.ParameterBlock;

/** What an engine's training has come to, on its way in and out: to models, and to snapshots in the host's memory. */
final class EngineState {
    private static final String WHO = "engine cuda";

    private final CudaModel model;
    private final StateStore carried;
    private final StateStore continued;

    /**
     * @param carried state of sequences in training
     * @param continued state of sequences in inference
     */
    EngineState(CudaModel model, StateStore carried, StateStore continued) {
        this.model = model;
        this.carried = carried;
        this.continued = continued;
    }

    private record Snapshot(
            EngineState owner,
            float[] parameters,
            float[] updaterState,
            LossScale.State lossScale,
            Map<Integer, List<float[]>> carried,
            Map<Integer, List<float[]>> continued)
            implements EngineSnapshot {}

    void copyParameters(float[] target) {
        copy(model.memory(), model.memory().parameters(), target);
    }

    /** @param divisor what the gradient in the model's memory is divided by, besides the loss scale */
    void copyGradient(float[] target, long divisor) {
        copy(model.memory(), model.memory().gradient(), target);
        double scale = (double) model.lossScale().state().scale() * divisor;
        for (int i = 0; i < target.length; i++) {
            target[i] = (float) (target[i] / scale);
        }
    }

    /** Puts the blocks of an average that are trained into the model's memory, multiplied by the loss scale. */
    void writeGradient(float[] average) {
        ModelMemory memory = model.memory();
        checkLength(average, memory.gradient());
        float[] values = memory.read(memory.gradient());
        float scale = model.lossScale().state().scale();
        for (ParameterBlock block : memory.layout().blocks()) {
            int from = Math.toIntExact(block.offset());
            int to = block.trained() ? Math.toIntExact(block.offset() + block.length()) : from;
            for (int i = from; i < to; i++) {
                values[i] = average[i] * scale;
            }
        }
        memory.write(values, memory.gradient());
    }

    private static void checkLength(float[] array, DeviceMemory memory) {
        Check.that(array.length == memory.length(), WHO, "an array of " + memory.length(), array.length);
    }

    private static void copy(ModelMemory memory, DeviceMemory source, float[] target) {
        checkLength(target, source);
        memory.read(source, target);
    }

    EngineSnapshot snapshot() {
        ModelMemory memory = model.memory();
        return new Snapshot(
                this,
                memory.read(memory.parameters()),
                memory.read(memory.updaterState()),
                model.lossScale().state(),
                carried.toHost(),
                continued.toHost());
    }

    /** @throws InvalidInputException when the snapshot is another engine's */
    void restore(EngineSnapshot snapshot) {
        if (!(snapshot instanceof Snapshot own) || own.owner != this) {
            throw InvalidInputException.of(
                    WHO, "a snapshot made by this engine", snapshot, "Use exportTo and importFrom between engines.");
        }
        ModelMemory memory = model.memory();
        memory.changes().begin();
        memory.write(own.parameters, memory.parameters());
        memory.write(own.updaterState, memory.updaterState());
        model.lossScale().restore(own.lossScale);
        carried.restore(own.carried);
        continued.restore(own.continued);
    }

    /** @throws InvalidInputException when the model is of another size */
    void exportTo(ComputationGraph graph) {
        checkSame(graph);
        ModelMemory memory = model.memory();
        memory.read(memory.parameters(), graph.params());
        memory.read(memory.updaterState(), graph.getUpdater().getStateViewArray());
    }

    /** @throws InvalidInputException when the model is of another size */
    void importFrom(ComputationGraph graph) {
        checkSame(graph);
        ModelMemory memory = model.memory();
        memory.changes().begin();
        memory.write(graph.params(), memory.parameters());
        memory.write(graph.getUpdater().getStateViewArray(), memory.updaterState());
    }

    private void checkSame(ComputationGraph graph) {
        long length = model.memory().layout().length();
        if (graph.numParams() != length) {
            throw InvalidInputException.of(
                    WHO,
                    "a model with " + length + " parameters",
                    graph.numParams(),
                    "Export to and import from models of the same configuration only.");
        }
    }
}
