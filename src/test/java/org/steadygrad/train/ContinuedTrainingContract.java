package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.data.DataSources;
import org.steadygrad.model.SequentialGraph;
import org.steadygrad.runlog.RunResult;

/** A network's training can be cut into pieces anywhere, and each piece done by whom one likes: the numbers are those of one. */
interface ContinuedTrainingContract extends TrainerSubject {
    int BATCHES = 6;

    /** Of the engine's arithmetic against DL4J's. */
    double TOLERANCE = 2e-6;

    private static MultiLayerNetwork dense(IUpdater updater, double keep) {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(updater)
                .list()
                .layer(new DenseLayer.Builder()
                        .nOut(5)
                        .activation(Activation.TANH)
                        .dropOut(keep)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(1)
                        .build())
                .setInputType(InputType.feedForward(3))
                .build();
        return initialised(configuration);
    }

    private static MultiLayerNetwork windows() {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(new StepSchedule(ScheduleType.ITERATION, 0.1, 0.5, 5)))
                .list()
                .layer(new LSTM.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .dropOut(0.8)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(2)
                        .build())
                .setInputType(InputType.recurrent(3))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(4)
                .build();
        return initialised(configuration);
    }

    private static MultiLayerNetwork initialised(MultiLayerConfiguration configuration) {
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return network;
    }

    /** The rate falls within epochs and from epoch to epoch. */
    private static IUpdater falling(ScheduleType type) {
        return new Adam(new StepSchedule(type, 0.05, 0.5, type == ScheduleType.EPOCH ? 1 : 5));
    }

    private static DataSetIterator vectors() {
        List<DataSet> all = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            Nd4j.getRandom().setSeed(20 + i);
            INDArray x = Nd4j.randn(DataType.FLOAT, 8, 3);
            all.add(new DataSet(x, x.getColumn(0, true).mul(2)));
        }
        return new ExistingDataSetIterator(all);
    }

    private static DataSetIterator sequences() {
        List<DataSet> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Nd4j.getRandom().setSeed(40 + i);
            all.add(new DataSet(Nd4j.randn(DataType.FLOAT, 3, 3, 10), Nd4j.randn(DataType.FLOAT, 3, 2, 10)));
        }
        return new ExistingDataSetIterator(all);
    }

    private Trainer trainer(ComputationGraph network, DataSetIterator data, int epochs) {
        return settled(Trainer.of(network, DataSources.of(data, null)), epochs);
    }

    private void train(MultiLayerNetwork network, DataSetIterator data, int epochs) {
        settled(Trainer.of(network, DataSources.of(data, null)), epochs).run();
    }

    private static void assertCounts(int updates, int epochs, ComputationGraph network) {
        assertEquals(updates, network.getConfiguration().getIterationCount());
        assertEquals(epochs, network.getConfiguration().getEpochCount());
    }

    private static void assertCounts(int updates, int epochs, MultiLayerNetwork network) {
        assertEquals(updates, network.getLayerWiseConfigurations().getIterationCount());
        assertEquals(epochs, network.getLayerWiseConfigurations().getEpochCount());
    }

    @Test
    default void twoTrainersAreOne() {
        for (ScheduleType type : List.of(ScheduleType.ITERATION, ScheduleType.EPOCH)) {
            ComputationGraph one = SequentialGraph.of(dense(falling(type), 0.8));
            ComputationGraph two = SequentialGraph.of(dense(falling(type), 0.8));
            trainer(one, vectors(), 4).run();
            trainer(two, vectors(), 1).run();
            trainer(two, vectors(), 3).run();
            assertEquals(one.params(), two.params(), type::toString);
            assertCounts(4 * BATCHES, 4, one);
            assertCounts(4 * BATCHES, 4, two);
        }
    }

    @Test
    default void windowsOfASequentialNetworkGoOn() {
        MultiLayerNetwork one = windows();
        MultiLayerNetwork two = windows();
        train(one, sequences(), 3);
        train(two, sequences(), 2);
        train(two, sequences(), 1);
        assertEquals(one.params(), two.params());
        // 10 steps are 3 windows
        assertCounts(3 * 3 * 3, 3, one);
        assertCounts(3 * 3 * 3, 3, two);
    }

    /** With what DL4J and the engines compute in the same way: no dropout. */
    @Test
    default void trainerTakesTurnsWithDl4jsFit() {
        for (ScheduleType type : List.of(ScheduleType.ITERATION, ScheduleType.EPOCH)) {
            MultiLayerNetwork whole = dense(falling(type), 1);
            MultiLayerNetwork pieces = dense(falling(type), 1);
            ComputationGraph graph = SequentialGraph.of(dense(falling(type), 1));
            whole.fit(vectors(), 5);
            pieces.fit(vectors(), 2);
            train(pieces, vectors(), 2);
            assertCounts(4 * BATCHES, 4, pieces);
            pieces.fit(vectors(), 1);
            graph.fit(vectors(), 2);
            trainer(graph, vectors(), 2).run();
            graph.fit(vectors(), 1);
            assertTrue(whole.params().distance2(pieces.params())
                    < TOLERANCE * whole.params().norm2Number().doubleValue());
            assertTrue(whole.params().distance2(graph.params())
                    < TOLERANCE * whole.params().norm2Number().doubleValue());
            assertCounts(5 * BATCHES, 5, pieces);
            assertCounts(5 * BATCHES, 5, graph);
        }
    }

    @Test
    default void dl4jReadsTheCountsFromModelFiles(@TempDir Path folder) throws IOException {
        ComputationGraph network = SequentialGraph.of(dense(falling(ScheduleType.ITERATION), 1));
        network.fit(vectors(), 1);
        trainer(network, vectors(), 2).folder(folder).run();
        for (String file : List.of("model.zip", "checkpoints/iteration-00000012.zip")) {
            ComputationGraph restored = ModelSerializer.restoreComputationGraph(new File(folder.toFile(), file), true);
            assertCounts(3 * BATCHES, 3, restored);
            restored.fit(vectors(), 1);
            ComputationGraph whole = SequentialGraph.of(dense(falling(ScheduleType.ITERATION), 1));
            whole.fit(vectors(), 4);
            assertTrue(whole.params().distance2(restored.params())
                    < TOLERANCE * whole.params().norm2Number().doubleValue());
        }
    }

    /** The second run is stopped and resumed, and another network object given to it. */
    @Test
    default void resumedRunKnowsWhatCameBeforeIt(@TempDir Path folder) {
        ComputationGraph whole = SequentialGraph.of(dense(falling(ScheduleType.EPOCH), 0.8));
        trainer(whole, vectors(), 4).run();
        ComputationGraph pieces = SequentialGraph.of(dense(falling(ScheduleType.EPOCH), 0.8));
        trainer(pieces, vectors(), 1).run();
        TinyRun.StopAt stop = new TinyRun.StopAt(8);
        trainer(pieces, vectors(), 3)
                .folder(folder)
                .listener(stop)
                .stopSignal(stop.signal)
                .run();
        assertTrue(pieces.getConfiguration().getIterationCount() < 4 * BATCHES);
        ComputationGraph other = SequentialGraph.of(dense(falling(ScheduleType.EPOCH), 0.8));
        // its own model.zip is no obstacle when it is resumed
        trainer(other, vectors(), 3).folder(folder).resume(true).run();
        assertEquals(whole.params(), other.params());
        assertCounts(4 * BATCHES, 4, other);
    }

    /** The counts are those of the parameters that are kept. */
    @Test
    default void bestModelHasItsOwnCounts(@TempDir Path folder) {
        for (boolean filed : new boolean[] {false, true}) {
            // with so large a rate validation gets worse from the first epoch on
            ComputationGraph network = SequentialGraph.of(dense(new Sgd(0.7), 1));
            Trainer trainer = settled(Trainer.of(network, DataSources.of(vectors(), vectors())), 3);
            RunResult result = (filed ? trainer.folder(folder) : trainer).run();
            assertTrue(result.modelIteration() < 3 * BATCHES, "the last epoch shouldn't be the best");
            assertCounts(result.modelIteration(), result.modelIteration() / BATCHES, network);
        }
    }
}
