package org.steadygrad.engine.cuda;

import java.util.function.Supplier;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.kernel.StateStore;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.ProgramCache;
import org.steadygrad.ops.MaskedBatches;

/**
 * Chooses the program of a batch and fills it; what it needs of the device's memory is taken before anything is computed.
 * Programs of other shapes go where theirs is needed.
 */
final class Passes implements AutoCloseable {
    private final CudaModel model;
    private final StepRing ring;
    private final StateStore none;
    private final ProgramCache<Program> programs;

    Passes(CudaModel model, StepRing ring) {
        this.model = model;
        this.ring = ring;
        none = StateStore.forgetting(model);
        programs = Program.cache(model);
    }

    /** Gives zeros and keeps nothing. */
    StateStore noStates() {
        return none;
    }

    /**
     * Everything that comes before a training pass.
     *
     * @param states what recurrent layers start from, and where their state goes
     */
    Program load(MultiDataSet given, PassOptions options, StateStore states) {
        MultiDataSet batch = model.plan().weighed(given);
        Program program = program(BatchShape.of(model.plan(), batch, true), states);
        program.batch().loadFeatures(batch.getFeatures(0), MaskedBatches.first(batch.getFeaturesMaskArrays()));
        program.batch().loadLabels(batch);
        model.numbers().sendSeed(options.randomSeed());
        program.stages().loadStates(states);
        return program;
    }

    /** A pass that only looks: its output is the program's. */
    Program infer(MultiDataSet batch, StateStore states) {
        Program program = program(BatchShape.of(model.plan(), batch, false), states);
        program.batch().loadFeatures(batch.getFeatures(0), MaskedBatches.first(batch.getFeaturesMaskArrays()));
        program.stages().loadStates(states);
        fitting(program.shape(), program::run);
        program.stages().storeStates(states);
        states.changes().end();
        return program;
    }

    private Program program(BatchShape shape, StateStore states) {
        if (!programs.has(shape)) {
            BatchLimits.check(model.plan(), shape);
            // what a trace saw lies with its program, which may have to make room
            ring.settleTrace();
        }
        return made(shape, () -> {
            Program program = programs.of(shape);
            program.stages().reserveStates(states);
            return program;
        });
    }

    /** The trace of a program, which takes memory at its first use. */
    ProgramTrace trace(Program program) {
        return made(program.shape(), program::trace);
    }

    /**
     * Makes something for which programs of other shapes go when their memory is needed. It is tried again then, unless it has
     * begun to change the model.
     *
     * @throws org.steadygrad.engine.EngineException when there isn't enough memory all the same
     */
    <T> T made(BatchShape shape, Supplier<T> maker) {
        while (true) {
            try {
                return maker.get();
            } catch (CudaException e) {
                if (!e.outOfMemory() || model.memory().changes().open()) {
                    throw e;
                }
                ring.settleTrace();
                if (!programs.dropOthers(shape)) {
                    throw MemoryNeeds.tooLarge(model, shape, e);
                }
            }
        }
    }

    /** As {@link #made}. */
    void fitting(BatchShape shape, Runnable done) {
        made(shape, () -> {
            done.run();
            return shape;
        });
    }

    @Override
    public void close() {
        programs.close();
    }
}
