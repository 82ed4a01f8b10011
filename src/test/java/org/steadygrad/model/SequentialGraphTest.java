package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class SequentialGraphTest {

    private static MultiLayerNetwork network(boolean miniBatch) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(23)
                .dataType(DataType.DOUBLE)
                .updater(new Adam(0.1))
                .l2(0.01)
                .weightDecay(0.02)
                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                .gradientNormalizationThreshold(0.3)
                .miniBatch(miniBatch)
                .cacheMode(CacheMode.DEVICE)
                .trainingWorkspaceMode(WorkspaceMode.NONE)
                .inferenceWorkspaceMode(WorkspaceMode.NONE)
                .list()
                .layer(new LSTM.Builder().nOut(5).activation(Activation.TANH).build())
                .layer(new LSTM.Builder().nOut(4).build())
                // one column of a softmax, which DL4J refuses unless it is told not to
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(1)
                        .build())
                .setInputType(InputType.recurrent(3))
                .validateOutputLayerConfig(false)
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTForwardLength(4)
                .tBPTTBackwardLength(3)
                .build());
        network.init();
        return network;
    }

    private static DataSet batch() {
        Nd4j.getRandom().setSeed(31);
        return new DataSet(Nd4j.randn(DataType.DOUBLE, 6, 3, 4), Nd4j.ones(DataType.DOUBLE, 6, 1, 4));
    }

    @Test
    void everySettingIsKept() {
        MultiLayerNetwork network = network(false);
        network.fit(batch());
        TrainingCounts counts = new TrainingCounts(17, 5);
        counts.putInto(network);
        ComputationGraph graph = SequentialGraph.of(network);
        ComputationGraphConfiguration kept = graph.getConfiguration();
        assertEquals(BackpropType.TruncatedBPTT, kept.getBackpropType());
        assertEquals(4, kept.getTbpttFwdLength());
        assertEquals(3, kept.getTbpttBackLength());
        assertEquals(counts, TrainingCounts.of(graph));
        assertEquals(CacheMode.DEVICE, kept.getCacheMode());
        assertEquals(WorkspaceMode.NONE, kept.getTrainingWorkspaceMode());
        assertEquals(WorkspaceMode.NONE, kept.getInferenceWorkspaceMode());
        assertEquals(DataType.DOUBLE, kept.getDataType());
        assertFalse(graph.conf().isMiniBatch());
        assertEquals(23, graph.conf().getSeed());
        for (int i = 0; i < 3; i++) {
            NeuralNetConfiguration layer = graph.getLayer(i).conf();
            assertFalse(layer.isMiniBatch());
            assertEquals(23, layer.getSeed());
            BaseLayer own = (BaseLayer) layer.getLayer();
            BaseLayer original = (BaseLayer) network.getLayer(i).conf().getLayer();
            assertEquals(original.getRegularization(), own.getRegularization());
            assertEquals(GradientNormalization.ClipElementWiseAbsoluteValue, own.getGradientNormalization());
            assertEquals(0.3, own.getGradientNormalizationThreshold());
        }
        assertEquals(network.params(), graph.params());
        assertEquals(
                network.getUpdater().getStateViewArray(), graph.getUpdater().getStateViewArray());
        assertEquals(network.output(batch().getFeatures()), graph.outputSingle(batch().getFeatures()));
    }

    @Test
    void bothLearnTheSame() {
        for (boolean miniBatch : new boolean[] {false, true}) {
            MultiLayerNetwork network = network(miniBatch);
            ComputationGraph graph = SequentialGraph.of(network);
            for (int i = 0; i < 3; i++) {
                network.fit(batch());
                graph.fit(batch());
            }
            assertEquals(network.params(), graph.params());
            assertEquals(network.score(), graph.score(), 0);
        }
    }

    @Test
    void nothingIsSharedAndNoRandomNumberDrawn() {
        MultiLayerNetwork network = network(true);
        Nd4j.getRandom().setSeed(3);
        INDArray expected = Nd4j.rand(1, 4);
        Nd4j.getRandom().setSeed(3);
        ComputationGraph graph = SequentialGraph.of(network);
        assertEquals(expected, Nd4j.rand(1, 4));
        INDArray before = network.params().dup();
        graph.fit(batch());
        assertEquals(before, network.params());
        assertEquals(TrainingCounts.NONE, TrainingCounts.of(network));
    }
}
