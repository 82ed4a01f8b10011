package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;

/** What an engine holds can be taken out and put back without losing a bit. */
public interface SnapshotContract extends EngineSubject {
    /** Running statistics, dropout, updaters with three arrays of state, and a recurrent layer. */
    static ContractCase manySided() {
        ContractData data = new ContractData(50);
        return new ContractCase(
                "many-sided",
                chain(
                                graphOn(InputType.recurrent(3), new AMSGrad(0.01)),
                                Cell.GRU.units(5),
                                new BatchNorm.Builder().build(),
                                new LastTimeStep(Cell.LSTM.units(4)),
                                new DropoutLayer(0.8),
                                dense(4),
                                classes(3))
                        .build(),
                ContractData.batch(
                        data.normal(7, 3, 5), data.oneHot(7, 3), ContractData.mask(5, 5, 3, 2, 1, 5, 4, 2), null));
    }

    /** Runs steps numbered from the first up to before the last. */
    static void train(Engine engine, MultiDataSet batch, int from, int to) {
        for (int i = from; i < to; i++) {
            engine.computeGradient(batch, EngineSubject.plain(i));
            engine.update(EngineSubject.rule(new ClipRule.ByGlobalNorm(0.5), i));
        }
    }

    @Test
    default void snapshotsAreExact() {
        ContractCase test = manySided();
        ComputationGraph work = test.model();
        try (Engine engine = engine(test.model())) {
            train(engine, test.batch(), 0, 3);
            State before = State.of(engine, work);
            EngineSnapshot snapshot = engine.snapshot();
            train(engine, test.batch(), 3, 6);
            State after = State.of(engine, work);
            assertFalse(
                    Arrays.equals(before.values().get("l0_W"), after.values().get("l0_W")), "training trains");
            for (int again = 0; again < 2; again++) {
                engine.restore(snapshot);
                before.assertSame(State.of(engine, work));
                train(engine, test.batch(), 3, 6);
                after.assertSame(State.of(engine, work));
            }
        }
    }

    @Test
    default void anotherEngineGoesOnFromAnExportedModel() {
        ContractCase test = manySided();
        ComputationGraph work = test.model();
        try (Engine engine = engine(test.model());
                Engine imported = engine(test.model())) {
            train(engine, test.batch(), 0, 3);
            ComputationGraph half = test.model();
            engine.exportTo(half);
            train(engine, test.batch(), 3, 6);
            State expected = State.of(engine, work);
            State kept = State.of(half);
            imported.importFrom(half);
            kept.assertSame(State.of(imported, work));
            train(imported, test.batch(), 3, 6);
            expected.assertSame(State.of(imported, work));
            try (Engine created = engine(half)) {
                kept.assertSame(State.of(created, work));
                train(created, test.batch(), 3, 6);
                expected.assertSame(State.of(created, work));
            }
            kept.assertSame(State.of(half));
        }
    }

    @Test
    default void theModelAndTheBatchAreLeftAlone() {
        ContractCase test = manySided();
        ComputationGraph model = test.model();
        State before = State.of(model);
        INDArray features = test.batch().getFeatures(0).dup();
        INDArray mask = test.batch().getFeaturesMaskArray(0).dup();
        try (Engine engine = engine(model)) {
            train(engine, test.batch(), 0, 2);
            engine.computeGradient(test.batch(), new PassOptions(1, false, false, true));
            engine.output(test.batch());
        }
        before.assertSame(State.of(model));
        assertSame(features, test.batch().getFeatures(0));
        assertSame(mask, test.batch().getFeaturesMaskArray(0));
    }

    private static void assertSame(INDArray expected, INDArray actual) {
        assertArrayEquals(
                expected.dup('c').data().asDouble(), actual.dup('c').data().asDouble());
    }
}
