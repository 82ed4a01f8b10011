package org.steadygrad.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.check.InvalidInputException;

class UpdatePlanTest {
    private static final int[] SIZES = {3, 4};

    private static ComputationGraph graph(Layer... layers) {
        return graph(new NeuralNetConfiguration.Builder().updater(new Adam(0.01)), layers);
    }

    private static ComputationGraph graph(NeuralNetConfiguration.Builder settings, Layer... layers) {
        var builder = settings.graphBuilder().addInputs("in");
        String previous = "in";
        for (int i = 0; i < layers.length; i++) {
            builder.addLayer("layer" + i, layers[i], previous);
            previous = "layer" + i;
        }
        ComputationGraph graph =
                new ComputationGraph(builder.setOutputs(previous).build());
        graph.init();
        return graph;
    }

    private static DenseLayer.Builder dense() {
        return new DenseLayer.Builder().nIn(SIZES[0]).nOut(SIZES[1]);
    }

    private static OutputLayer.Builder output() {
        return new OutputLayer.Builder(LossFunction.MSE).nIn(SIZES[1]).nOut(2).activation(Activation.IDENTITY);
    }

    /** Adam's means of both layers' weights and biases come first, then all their squares; DL4J's views say where. */
    @Test
    void neighboursShareAStretchOfStates() {
        UpdatePlan plan = UpdatePlan.of(graph(dense().build(), output().build()));
        int length = 3 * 4 + 4 + 4 * 2 + 2;
        assertEquals(2 * length, plan.stateLength());
        for (ParameterUpdate update : plan.updates()) {
            assertEquals(update.offset(), update.stateOffset(0));
            assertEquals(length + update.offset(), update.stateOffset(1));
        }
    }

    @Test
    void aParameterOfItsOwnUpdaterDividesTheStretch() {
        ComputationGraph graph = graph(dense().biasUpdater(new Sgd(0.1)).build(), output().build());
        UpdatePlan plan = UpdatePlan.of(graph);
        List<ParameterUpdate> updates = plan.updates();
        assertEquals(UpdaterKind.SGD, updates.get(1).kind());
        assertEquals(12, updates.get(0).stateOffset(1));
        assertEquals(24, updates.get(2).stateOffset(0));
        assertEquals(24 + 10, updates.get(2).stateOffset(1));
        assertEquals(24 + 10 + 8, updates.get(3).stateOffset(1));
        INDArray state = graph.getUpdater().getStateViewArray();
        assertEquals(state.length(), plan.stateLength());
        assertEquals(4, plan.describe().lines().count());
        assertTrue(plan.describe().contains("layer1_W"), plan.describe());
    }

    @Test
    void schedulesAndPenaltiesAreEvaluated() {
        StepSchedule rate = new StepSchedule(ScheduleType.ITERATION, 0.1, 0.5, 10);
        StepSchedule momentum = new StepSchedule(ScheduleType.EPOCH, 0.8, 0.5, 1);
        UpdatePlan plan = UpdatePlan.of(graph(
                dense().updater(new Nesterovs(rate, momentum)).l1(0.01).l2(0.02).build(),
                output().updater(new Sgd(rate)).weightDecay(0.5, true).build()));
        UpdateNumbers first = plan.updates().get(0).at(20, 1);
        assertEquals(0.025, first.rate(), 1e-12);
        assertEquals(0.4, first.firstDecay(), 1e-12);
        assertEquals(0.01, first.l1(), 1e-12);
        assertEquals(0.02, first.l2(), 1e-12);
        assertEquals(0, first.weightDecay());
        UpdateNumbers last = plan.updates().get(2).at(20, 1);
        assertEquals(0.5 * 0.025, last.weightDecay(), 1e-12);
        assertEquals(0, plan.updates().get(3).at(20, 1).weightDecay());
    }

    private static void assertUnsupported(String expected, ComputationGraph graph) {
        Optional<String> problem = UpdatePlan.unsupported(graph);
        assertTrue(problem.isPresent(), expected);
        assertTrue(problem.get().contains(expected), problem.get());
        InvalidInputException refusal = assertThrows(InvalidInputException.class, () -> UpdatePlan.of(graph));
        assertTrue(refusal.getMessage().contains(expected), refusal.getMessage());
    }

    @Test
    void namesTheLayerAndWhatIsNotSupported() {
        assertUnsupported(
                "layer 'layer1': updater AdaBelief",
                graph(dense().build(), output().updater(new AdaBelief()).build()));
        assertUnsupported(
                "layer 'layer0': gradient normalisation ClipL2PerLayer",
                graph(
                        dense().gradientNormalization(GradientNormalization.ClipL2PerLayer)
                                .build(),
                        output().build()));
        assertUnsupported(
                "layer 'layer0': constraints",
                graph(dense().constrainWeights(new MaxNormConstraint(1, 1)).build(), output().build()));
        assertUnsupported(
                "layer 'layer0': penalty Unknown",
                graph(dense().regularization(List.of(new Unknown())).build(), output().build()));
        assertUnsupported(
                "only pre-training changes",
                graph(
                        new VariationalAutoencoder.Builder()
                                .nIn(3)
                                .nOut(4)
                                .encoderLayerSizes(5)
                                .decoderLayerSizes(5)
                                .build(),
                        output().build()));
    }

    /** DL4J itself fails to make this one's state. */
    @Test
    void anUpdaterThatDl4jCannotStart() {
        ComputationGraph graph =
                graph(dense().build(), output().updater(new AdaBelief()).build());
        assertTrue(UpdatePlan.unsupported(graph).orElse("").contains("AdaBelief"));
    }

    @Test
    void constraintsWithinWrappersAreFound() {
        LSTM constrained = new LSTM.Builder()
                .nIn(3)
                .nOut(2)
                .constrainRecurrent(new MaxNormConstraint(1, 1))
                .build();
        assertUnsupported(
                "layer 'layer0': constraints",
                graph(new LastTimeStep(new Bidirectional(constrained)), output().build()));
    }

    @Test
    void frozenLayersMayHaveAnything() {
        ComputationGraph graph = graph(
                new FrozenLayer(dense().updater(new AdaBelief())
                        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                        .constrainWeights(new MaxNormConstraint(1, 1))
                        .build()),
                output().build());
        assertEquals(Optional.empty(), UpdatePlan.unsupported(graph));
        UpdatePlan plan = UpdatePlan.of(graph);
        assertEquals(UpdaterKind.NO_OP, plan.updates().get(0).kind());
        assertEquals(0, plan.updates().get(2).stateOffset(0));
    }

    /** DL4J 1.0.0-M2.1 doubles a weight decay that is set for all of a graph; what the layers hold is what counts. */
    @Test
    void aDecayForTheWholeGraphCountsAsOftenAsTheLayersHoldIt() {
        ComputationGraph graph = graph(
                new NeuralNetConfiguration.Builder().updater(new Sgd(0.1)).weightDecay(0.5, true),
                dense().build(),
                output().build());
        int held = graph.getVertex("layer0")
                .getConfig()
                .getRegularizationByParam("W")
                .size();
        UpdateNumbers numbers = UpdatePlan.of(graph).updates().get(0).at(0, 0);
        assertEquals(held * 0.5 * 0.1, numbers.weightDecay(), 1e-12);
    }

    /** A penalty of someone's own. */
    static final class Unknown extends L2Regularization {
        private static final long serialVersionUID = 1L;

        Unknown() {
            super(0.1);
        }

        @Override
        public Unknown clone() {
            return new Unknown();
        }
    }
}
