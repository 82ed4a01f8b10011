package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.ParameterBlock;

/** What isn't finite in an updater, be it state or setting, gets into no parameter; of states the place is named. */
public interface NonFiniteUpdatesContract extends EngineSubject {
    /** Number of features. */
    int INPUTS = 4;

    /** A number that isn't finite in the updaters' state, brought in after steps that were sound; every state of every parameter. */
    @TestFactory
    default Stream<DynamicTest> everyUpdaterStateCounts() {
        Map<IUpdater, String> updaters = new LinkedHashMap<>();
        updaters.put(new Nesterovs(0.01, 0.9), "momentum");
        updaters.put(new Adam(0.01), "m v");
        updaters.put(new AMSGrad(0.01), "m v h");
        updaters.put(new Nadam(0.01), "m v");
        updaters.put(new AdaMax(0.01), "m h");
        updaters.put(new RmsProp(0.01), "s");
        updaters.put(new AdaGrad(0.01), "s");
        updaters.put(new AdaDelta(), "s d");
        updaters.put(TorchUpdater.adam(0.01, 0.9, 0.999, 1e-8), "m v");
        updaters.put(TorchUpdater.amsGrad(0.01, 0.9, 0.999, 1e-8), "m v h");
        updaters.put(TorchUpdater.nadam(0.01, 0.9, 0.999, 1e-8), "m v");
        updaters.put(TorchUpdater.adaMax(0.01, 0.9, 0.999, 1e-8), "m h");
        updaters.put(TorchUpdater.rmsProp(0.01, 0.99, 1e-8), "s");
        updaters.put(TorchUpdater.adaGrad(0.01, 1e-10), "s");
        return updaters.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(
                        e.getKey().toString(),
                        () -> checkStates(e.getKey(), e.getValue().split(" "))));
    }

    private void checkStates(IUpdater updater, String[] names) {
        ContractData data = new ContractData(9);
        ContractCase test = new ContractCase(
                "states",
                chain(graphOn(InputType.feedForward(INPUTS), updater), dense(5), classes(3))
                        .build(),
                ContractData.batch(data.normal(6, INPUTS), data.oneHot(6, 3)));
        ComputationGraph model = test.model();
        try (Engine engine = engine(model)) {
            engine.computeGradient(test.batch(), EngineSubject.plain());
            assertTrue(engine.update(EngineSubject.unclipped()).applied());
            engine.exportTo(model);
            INDArray state = model.getUpdater().getStateViewArray();
            int length = (int) engine.layout().length();
            // DL4J keeps each state of all parameters of equal configuration in a stretch of its own
            for (int i = 0; i < names.length; i++) {
                for (ParameterBlock block : engine.layout().blocks()) {
                    long last = (long) i * length + block.offset() + block.length() - 1;
                    float good = state.getFloat(last);
                    state.putScalar(last, Float.NaN);
                    engine.importFrom(model);
                    float[] before = NonFiniteContract.values(engine);
                    NonFiniteOrigin origin = NonFiniteContract.assertRefused(engine, test.batch(), "state")
                            .orElseThrow();
                    assertEquals(block.layer(), origin.layer());
                    assertEquals(
                            "updater state " + names[i] + " of parameter " + block.parameter() + " (1 of "
                                    + block.length() + " elements)",
                            origin.tensor());
                    assertEquals(
                            NonFiniteContract.floats(before),
                            NonFiniteContract.floats(NonFiniteContract.values(engine)));
                    state.putScalar(last, good);
                }
            }
            engine.importFrom(model);
            engine.computeGradient(test.batch(), EngineSubject.plain());
            assertTrue(engine.update(EngineSubject.unclipped()).applied());
        }
    }

    /** ND4J's Adam would take epsilon for such a rate. */
    @TestFactory
    default Stream<DynamicTest> everySettingOfTheUpdateCounts() {
        Map<String, IUpdater> updaters = new LinkedHashMap<>();
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            MapSchedule rates = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.1, 1, bad));
            updaters.put("Sgd, rate " + bad, new Sgd(rates));
            updaters.put("Adam, rate " + bad, new Adam(rates));
            updaters.put("Nadam, rate " + bad, new Nadam(rates));
            updaters.put("Nesterovs, rate " + bad, new Nesterovs(rates, 0.9));
            updaters.put(
                    "Nesterovs, momentum " + bad,
                    Nesterovs.builder()
                            .learningRate(0.1)
                            .momentumISchedule(new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.9, 1, bad)))
                            .build());
        }
        return updaters.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> checkSetting(e.getValue())));
    }

    private void checkSetting(IUpdater updater) {
        ContractData data = new ContractData(9);
        ContractCase test = new ContractCase(
                "settings",
                chain(graphOn(InputType.feedForward(INPUTS), updater), dense(5), classes(3))
                        .build(),
                ContractData.batch(data.normal(6, INPUTS), data.oneHot(6, 3)));
        try (Engine engine = engine(test.model())) {
            engine.computeGradient(test.batch(), EngineSubject.plain());
            assertTrue(engine.update(EngineSubject.unclipped()).applied());
            float[] before = NonFiniteContract.values(engine);
            engine.computeGradient(test.batch(), EngineSubject.plain());
            assertFalse(
                    engine.update(EngineSubject.rule(new ClipRule.None(), 1)).applied());
            assertEquals(NonFiniteContract.floats(before), NonFiniteContract.floats(NonFiniteContract.values(engine)));
        }
    }
}
