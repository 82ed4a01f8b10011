package org.steadygrad.engine.cpu;

import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.cpu.kernel.CpuModel;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.StateStore;

/** What an engine's training has come to, on its way in and out: to models, and to snapshots. */
final class EngineState {
    private static final String WHO = "engine cpu";

    private final CpuModel model;
    private final StateStore carried;
    private final StateStore continued;

    /**
     * @param carried state of sequences in training
     * @param continued state of sequences in inference
     */
    EngineState(CpuModel model, StateStore carried, StateStore continued) {
        this.model = model;
        this.carried = carried;
        this.continued = continued;
    }

    private record Snapshot(
            EngineState owner, float[] parameters, float[] updaterState, StateStore carried, StateStore continued)
            implements EngineSnapshot {}

    EngineSnapshot snapshot() {
        ModelMemory memory = model.memory();
        return new Snapshot(
                this, memory.parameters().toArray(), memory.updaterState().toArray(), carried.copy(), continued.copy());
    }

    /** @throws InvalidInputException when the snapshot is another engine's */
    void restore(EngineSnapshot snapshot) {
        if (!(snapshot instanceof Snapshot own) || own.owner != this) {
            throw InvalidInputException.of(
                    WHO, "a snapshot made by this engine", snapshot, "Use exportTo and importFrom between engines.");
        }
        ModelMemory memory = model.memory();
        memory.parameters().write(0, own.parameters, own.parameters.length);
        memory.updaterState().write(0, own.updaterState, own.updaterState.length);
        memory.parametersChanged();
        carried.restore(own.carried);
        continued.restore(own.continued);
    }

    /** @throws InvalidInputException when the model is of another size */
    void exportTo(ComputationGraph graph) {
        checkSame(graph);
        ModelMemory.copy(model.memory().parameters(), graph.params());
        ModelMemory.copy(model.memory().updaterState(), graph.getUpdater().getStateViewArray());
    }

    /** @throws InvalidInputException when the model is of another size */
    void importFrom(ComputationGraph graph) {
        checkSame(graph);
        ModelMemory.copy(graph.params(), model.memory().parameters());
        ModelMemory.copy(graph.getUpdater().getStateViewArray(), model.memory().updaterState());
        model.memory().parametersChanged();
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
