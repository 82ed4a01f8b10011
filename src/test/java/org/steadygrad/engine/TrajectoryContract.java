package org.steadygrad.engine;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.ops.ClipRule;

/** Fifty updates in a row against DL4J's {@code fit} in double. */
public interface TrajectoryContract extends EngineSubject {
    int UPDATES = 50;

    int UPDATES_PER_EPOCH = 10;

    @TestFactory
    default Stream<DynamicTest> updatersAndSchedules() {
        Map<String, IUpdater> updaters = new LinkedHashMap<>();
        updaters.put("Sgd", new Sgd(0.2));
        updaters.put("Nesterovs", new Nesterovs(0.05, 0.9));
        updaters.put("Adam", new Adam(0.01));
        updaters.put("AMSGrad", new AMSGrad(0.01));
        updaters.put("Nadam", new Nadam(0.01));
        updaters.put("RmsProp", new RmsProp(0.003));
        updaters.put("AdaGrad", new AdaGrad(0.05));
        updaters.put("NoOp", new NoOp());
        updaters.put("by iteration", new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.02, 0.95)));
        updaters.put("by epoch", new Nesterovs(new StepSchedule(ScheduleType.EPOCH, 0.1, 0.5, 2)));
        return updaters.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(), () -> assertTrajectory(configuration(entry.getValue()), 7, 3)));
    }

    /** Each layer and the biases have their own, and some weights decay. */
    @TestFactory
    default Stream<DynamicTest> severalUpdatersInOneModel() {
        Layer recurrent = new LastTimeStep(new LSTM.Builder()
                .nOut(4)
                .updater(new AMSGrad(0.01))
                .biasUpdater(new Sgd(0.1))
                .build());
        Layer decaying = new DenseLayer.Builder()
                .nOut(5)
                .updater(new Nesterovs(0.05, 0.8))
                .weightDecay(0.01)
                .l1(0.001)
                .build();
        return Stream.of(DynamicTest.dynamicTest(
                "mixed",
                () -> assertTrajectory(
                        chain(graphOn(InputType.recurrent(3), new Adam(0.01)), recurrent, decaying, classes(3))
                                .build(),
                        7,
                        3,
                        2)));
    }

    private static ComputationGraphConfiguration configuration(IUpdater updater) {
        return chain(graphOn(InputType.feedForward(3), updater), dense(5), dense(4), classes(3))
                .build();
    }

    private void assertTrajectory(ComputationGraphConfiguration configuration, long... shape) {
        ContractData data = new ContractData(30);
        ContractCase test = new ContractCase(
                "trajectory", configuration, ContractData.batch(data.normal(shape), data.oneHot(7, 3)));
        ComputationGraph reference = test.reference();
        ComputationGraph model = test.model();
        Map<String, double[]> start = Gradient.parameters(reference);
        try (Engine engine = engine(model)) {
            for (int i = 0; i < UPDATES; i++) {
                reference.getConfiguration().setEpochCount(i / UPDATES_PER_EPOCH);
                reference.fit(test.referenceBatch());
                engine.computeGradient(test.batch(), EngineSubject.plain(i));
                engine.update(new UpdateRule(EngineSubject.always(new ClipRule.None()), i, i / UPDATES_PER_EPOCH, 1));
            }
            Map<String, double[]> way = way(start, Gradient.parameters(reference));
            Gradient.assertClose(way, way(start, EngineSubject.parameters(engine, model)), 1e-3, "way from the start");
        }
    }

    private static Map<String, double[]> way(Map<String, double[]> from, Map<String, double[]> to) {
        Map<String, double[]> way = new LinkedHashMap<>();
        from.forEach((name, values) -> {
            double[] difference = to.get(name).clone();
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= values[i];
            }
            way.put(name, difference);
        });
        return way;
    }
}
