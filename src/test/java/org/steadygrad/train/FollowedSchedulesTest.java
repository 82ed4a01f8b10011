package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.TorchUpdater;

class FollowedSchedulesTest {
    private static final ISchedule RISING = new PolySchedule(ScheduleType.ITERATION, 0.2, 2, 40);

    private static ComputationGraph network(IUpdater updater, ISchedule decay) {
        OutputLayer.Builder layer = new OutputLayer.Builder().nIn(2).nOut(3);
        if (decay != null) {
            layer.regularization(List.of(new L2Regularization(decay)));
        }
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .updater(updater)
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", layer.build(), "in")
                .setOutputs("out")
                .build());
        network.init();
        return network;
    }

    private static Set<String> surprises(IUpdater updater) {
        return FollowedSchedules.surprises(network(updater, null));
    }

    private static TorchUpdater torch(ISchedule schedule) {
        TorchUpdater updater = TorchUpdater.adam(1, 0.9, 0.999, 1e-8);
        updater.setLrAndSchedule(1, schedule);
        return updater;
    }

    @Test
    void aPolynomialThatRisesIsNamedWhereverItStands() {
        for (IUpdater updater : new IUpdater[] {
            new Sgd(RISING),
            new Adam(RISING),
            new AdaMax(RISING),
            new RmsProp(RISING),
            torch(RISING),
            new Nesterovs(new FixedSchedule(0.1), RISING)
        }) {
            Set<String> found = surprises(updater);
            assertEquals(1, found.size(), "once, for " + updater);
            String text = found.iterator().next();
            assertTrue(text.contains("from 0.2 to 0.8 within 40 iterations"), text);
        }
        assertEquals(
                1, FollowedSchedules.surprises(network(new Sgd(0.1), RISING)).size(), "of a penalty");
    }

    /** The step before the annealing takes the annealing's formula to the power of -1. */
    @Test
    void aCycleThatJumpsIsNamed() {
        CycleSchedule jumping = new CycleSchedule(ScheduleType.ITERATION, 1, 10);
        assertEquals(1, jumping.valueAt(8, 0), 1e-12, "back at the top, after it fell to 0.325");
        String text = surprises(new Adam(jumping)).iterator().next();
        assertTrue(text.contains("jumps to 1.0") && text.contains("= 9 is odd"), text);
        assertEquals(Set.of(), surprises(new Adam(new CycleSchedule(ScheduleType.ITERATION, 0.1, 1, 11, 1, 0.1))));
    }

    @Test
    void whatCannotBeFollowedIsRefused() {
        ISchedule ramp = new RampSchedule(new FixedSchedule(0.1), 5);
        String unreadable = assertThrows(InvalidInputException.class, () -> surprises(new Adam(ramp)))
                .getMessage();
        assertTrue(unreadable.contains("RampSchedule") && unreadable.contains("out_W"), unreadable);
        String lost = assertThrows(InvalidInputException.class, () -> surprises(new AdaGrad(new FixedSchedule(0.1))))
                .getMessage();
        assertTrue(lost.contains("AdaGrad") && lost.contains("schedule"), lost);
    }

    private record Known(ISchedule schedule, double... rates) {}

    /** By Caffe's formulas, which ND4J names, worked out by hand for steps 0, 1, 5 and 20. */
    @TestFactory
    Stream<DynamicTest> allOthersFollowTheirFormulas() {
        ScheduleType by = ScheduleType.ITERATION;
        return Stream.of(
                        new Known(new FixedSchedule(0.3), 0.3, 0.3, 0.3, 0.3),
                        new Known(new StepSchedule(by, 0.8, 0.5, 5), 0.8, 0.8, 0.4, 0.05),
                        new Known(new ExponentialSchedule(by, 1, 0.9), 1, 0.9, 0.59049, 0.12157665),
                        new Known(new InverseSchedule(by, 1, 0.05, 1), 1, 0.95238095, 0.8, 0.5),
                        new Known(new SigmoidSchedule(by, 1, -0.1, 5), 0.62245933, 0.59868766, 0.5, 0.18242552),
                        new Known(new MapSchedule(by, Map.of(0, 0.1, 5, 0.01, 7, 0.001)), 0.1, 0.1, 0.01, 0.001))
                .map(known -> DynamicTest.dynamicTest(known.schedule().toString(), () -> {
                    ComputationGraph network = network(torch(known.schedule()), null);
                    assertEquals(Set.of(), FollowedSchedules.surprises(network));
                    IUpdater copy =
                            ((OutputLayer) network.getLayer("out").conf().getLayer()).getIUpdater();
                    double[] rates = IntStream.of(0, 1, 5, 20)
                            .mapToDouble(step -> copy.getLearningRate(step, 0))
                            .toArray();
                    for (int i = 0; i < rates.length; i++) {
                        assertEquals(
                                known.rates()[i],
                                rates[i],
                                1e-8,
                                "number " + i + " of "
                                        + DoubleStream.of(rates).boxed().toList());
                    }
                }));
    }
}
