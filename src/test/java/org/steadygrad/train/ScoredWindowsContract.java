package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSources;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GRU;
import org.steadygrad.runlog.RunEvent;

/** Windows of truncated back-propagation, wherever the steps are that count. */
interface ScoredWindowsContract extends TrainerSubject {
    int WINDOW = 4;
    int EXAMPLES = 3;

    private static NeuralNetConfiguration.Builder settings(boolean learning) {
        return new NeuralNetConfiguration.Builder().seed(9).updater(learning ? new Adam(0.1) : new Sgd(1e-12));
    }

    private static ComputationGraph network(boolean learning, int window, boolean normalised) {
        var graph = settings(learning)
                .graphBuilder()
                .addInputs("in")
                .addLayer("gru", new GRU.Builder().nOut(4).build(), "in")
                .addLayer(
                        "lstm",
                        new LSTM.Builder().nOut(3).activation(Activation.TANH).build(),
                        "gru");
        if (normalised) {
            graph.addLayer("norm", new BatchNorm.Builder().build(), "lstm");
        }
        graph.addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nOut(2)
                                .build(),
                        normalised ? "norm" : "lstm")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(2));
        if (window > 0) {
            graph.backpropType(BackpropType.TruncatedBPTT).tBPTTLength(window);
        }
        return initialised(graph.build());
    }

    private static ComputationGraph initialised(ComputationGraphConfiguration configuration) {
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }

    /** @param mask [examples, steps] of the labels */
    private static DataSet batch(INDArray mask) {
        Nd4j.getRandom().setSeed(mask.size(1));
        INDArray x = Nd4j.randn(DataType.FLOAT, EXAMPLES, 2, mask.size(1));
        INDArray y = Nd4j.randn(DataType.FLOAT, EXAMPLES, 2, mask.size(1));
        return new DataSet(x, y, null, mask);
    }

    private List<Double> losses(ComputationGraph network, DataSet batch) {
        TinyRun.Notes notes = new TinyRun.Notes();
        var data = DataSources.of(new ExistingDataSetIterator(List.of(batch)), null);
        settled(Trainer.of(network, data), 1).listener(notes).run();
        return notes.steps().stream().map(RunEvent.Step::loss).toList();
    }

    /** Any steps of any examples, none at all before some step and after another. */
    private static INDArray mask(Random random, int steps) {
        INDArray mask = Nd4j.zeros(DataType.FLOAT, EXAMPLES, steps);
        int from = random.nextInt(steps);
        int to = from + 1 + random.nextInt(steps - from);
        for (int example = 0; example < EXAMPLES; example++) {
            for (int t = from; t < to; t++) {
                mask.putScalar(example, t, random.nextInt(3) == 0 ? 1 : 0);
            }
        }
        mask.putScalar(random.nextInt(EXAMPLES), from, 1);
        return mask;
    }

    /** Parameters stand still, so what the windows lose is what the whole loses, if state goes on from window to window. */
    @Test
    default void lossesOfWindowsAddUpWhateverIsScored() {
        Random random = new Random(4);
        for (int trial = 0; trial < 12; trial++) {
            INDArray mask = mask(random, 1 + random.nextInt(4 * WINDOW));
            double whole = losses(network(false, 0, false), batch(mask)).get(0);
            List<Double> windows = losses(network(false, WINDOW, false), batch(mask));
            double sum = windows.stream().mapToDouble(Double::doubleValue).sum();
            assertEquals(whole, sum, 2e-6 * whole, () -> "mask " + mask);
            assertEquals(scoredWindows(mask), windows.size(), () -> "mask " + mask);
        }
    }

    private static int scoredWindows(INDArray mask) {
        int scored = 0;
        for (int from = 0; from < mask.size(1); from += WINDOW) {
            boolean some = false;
            for (int t = from; t < Math.min(from + WINDOW, mask.size(1)); t++) {
                some |= mask.getColumn(t).sumNumber().doubleValue() > 0;
            }
            scored += some ? 1 : 0;
        }
        return scored;
    }

    /** A window with nothing to learn from moves no parameter, no mean of Adam's and no running statistic. */
    @Test
    default void windowsWithoutAScoredStepAreNoUpdates() {
        INDArray mask = Nd4j.zeros(DataType.FLOAT, EXAMPLES, 3 * WINDOW);
        mask.getColumn(1).assign(1);
        INDArray shorter = mask.get(all(), upTo(WINDOW)).dup();
        DataSet whole = batch(mask);
        DataSet first = new DataSet(
                whole.getFeatures().get(all(), all(), upTo(WINDOW)).dup(),
                whole.getLabels().get(all(), all(), upTo(WINDOW)).dup(),
                null,
                shorter);
        ComputationGraph long1 = network(true, WINDOW, true);
        ComputationGraph short1 = network(true, WINDOW, true);
        assertEquals(1, losses(long1, whole).size());
        assertEquals(1, losses(short1, first).size());
        assertEquals(short1.params(), long1.params());
        assertEquals(short1.getUpdater().getStateViewArray(), long1.getUpdater().getStateViewArray());
        assertEquals(1, long1.getConfiguration().getIterationCount());
        ComputationGraph between = network(true, WINDOW, true);
        mask.getColumn(2 * WINDOW + 1).assign(1);
        assertEquals(2, losses(between, batch(mask)).size());
        assertEquals(2, between.getConfiguration().getIterationCount());
    }

    private static INDArrayIndex all() {
        return NDArrayIndex.all();
    }

    private static INDArrayIndex upTo(int end) {
        return NDArrayIndex.interval(0, end);
    }

    /** Without a mask of the labels, that of the features says where sequences end. */
    @Test
    default void featuresMaskTellsWhatIsScored() {
        INDArray mask = Nd4j.zeros(DataType.FLOAT, EXAMPLES, 3 * WINDOW);
        mask.get(all(), upTo(WINDOW + 1)).assign(1);
        DataSet labelled = batch(mask);
        DataSet ended = new DataSet(labelled.getFeatures(), labelled.getLabels(), mask, null);
        assertEquals(2, losses(network(false, WINDOW, false), ended).size());
    }

    @Test
    default void backwardLengthBelowTheForwardLengthIsRefused() {
        List<String> messages = new ArrayList<>();
        for (int backward : new int[] {1, 3}) {
            ComputationGraph network = network(true, WINDOW, false);
            network.getConfiguration().setTbpttBackLength(backward);
            DataSet batch = batch(Nd4j.ones(DataType.FLOAT, EXAMPLES, 2 * WINDOW));
            messages.add(assertThrows(InvalidInputException.class, () -> losses(network, batch))
                    .getMessage());
        }
        assertTrue(messages.get(0).contains("got \"4 and 1\". Set both with tBPTTLength(4)."), messages.get(0));
        ComputationGraph longer = network(true, WINDOW, false);
        ComputationGraph equal = network(true, WINDOW, false);
        longer.getConfiguration().setTbpttBackLength(9);
        DataSet batch = batch(Nd4j.ones(DataType.FLOAT, EXAMPLES, 2 * WINDOW));
        assertEquals(losses(equal, batch), losses(longer, batch));
        assertEquals(equal.params(), longer.params());
    }

    @Test
    default void accumulatedWindowsAreRefused() {
        var data = DataSources.of(
                new ExistingDataSetIterator(List.of(batch(Nd4j.ones(DataType.FLOAT, EXAMPLES, 9)))), null);
        Trainer trainer =
                settled(Trainer.of(network(true, WINDOW, false), data), 1).accumulate(2);
        assertTrue(assertThrows(InvalidInputException.class, trainer::run)
                .getMessage()
                .contains("either accumulate or windows"));
    }
}
