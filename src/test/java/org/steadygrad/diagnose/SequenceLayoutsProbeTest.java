package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.GRU;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** What is measured of a network doesn't depend on whether its sequences are [batch, size, time] or [batch, time, size]. */
class SequenceLayoutsProbeTest {
    private static final int SIZE = 5;
    private static final int[] LENGTHS = {9, 6, 7, 9};
    private static final HealthSpec.Time LIMITS =
            RunFiles.defaults(HealthSpec.class).time();

    private static ComputationGraph network(RNNFormat format, boolean bothWays) {
        var cell = new GRU.Builder().nOut(SIZE).dataFormat(format).build();
        var builder = new NeuralNetConfiguration.Builder()
                .seed(3)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(SIZE, format))
                .addLayer("first", bothWays ? new Bidirectional(Bidirectional.Mode.ADD, cell) : cell, "in")
                .addLayer(
                        "second",
                        bothWays
                                ? new SimpleRnn.Builder()
                                        .nOut(SIZE)
                                        .activation(Activation.TANH)
                                        .dataFormat(format)
                                        .build()
                                : cell.clone(),
                        "first")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .dataFormat(format)
                                .build(),
                        "second")
                .setOutputs("out");
        if (!bothWays) {
            builder.backpropType(BackpropType.TruncatedBPTT)
                    .tBPTTForwardLength(3)
                    .tBPTTBackwardLength(3);
        }
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        Random random = new Random(8);
        for (long i = 0; i < graph.numParams(); i++) {
            graph.params().putScalar(i, 0.4 * random.nextGaussian());
        }
        return graph;
    }

    private static MultiDataSet batch(RNNFormat format) {
        Random random = new Random(4);
        int steps = LENGTHS[0];
        INDArray features = Nd4j.create(LENGTHS.length, SIZE, steps);
        INDArray labels = Nd4j.create(LENGTHS.length, 2, steps);
        for (INDArray array : new INDArray[] {features, labels}) {
            for (long i = 0; i < array.length(); i++) {
                array.putScalar(i, random.nextGaussian());
            }
        }
        INDArray mask = Nd4j.zeros(LENGTHS.length, steps);
        for (int i = 0; i < LENGTHS.length; i++) {
            for (int t = 0; t < LENGTHS[i]; t++) {
                mask.putScalar(i, t, 1);
            }
        }
        return new MultiDataSet(
                new INDArray[] {turned(features, format)},
                new INDArray[] {turned(labels, format)},
                new INDArray[] {mask},
                new INDArray[] {mask.dup()});
    }

    private static INDArray turned(INDArray sequences, RNNFormat format) {
        return format == RNNFormat.NCW ? sequences : sequences.permute(0, 2, 1).dup('c');
    }

    @Test
    void howFarTheGradientReaches() {
        for (boolean bothWays : new boolean[] {true, false}) {
            List<List<MemoryReach>> found = new ArrayList<>();
            for (RNNFormat format : RNNFormat.values()) {
                DoubleNetwork network = new DoubleNetwork(network(format, bothWays), batch(format));
                found.add(new MemoryProbe(network, batch(format), LIMITS, null).measure());
            }
            assertEquals(bothWays ? 3 : 2, found.get(0).size());
            for (int i = 0; i < found.get(0).size(); i++) {
                MemoryReach usual = found.get(0).get(i);
                MemoryReach other = found.get(1).get(i);
                assertEquals(LENGTHS[0], usual.length());
                assertEquals(usual.steps(), other.steps());
                assertEquals(usual.horizon(), other.horizon());
                assertEquals(usual.factor(), other.factor(), 1e-9);
                assertEquals(usual.predicted(), other.predicted(), 1e-9);
                assertEquals(usual.product(), other.product(), 1e-9);
                for (int step = 0; step < usual.norms().size(); step++) {
                    double norm = usual.norms().get(step);
                    assertTrue(norm > 0);
                    assertEquals(norm, other.norms().get(step), 1e-9 * norm);
                }
            }
        }
    }

    @Test
    void whatWindowsCutOff() {
        List<Truncation> found = new ArrayList<>();
        for (RNNFormat format : RNNFormat.values()) {
            ComputationGraph model = network(format, false);
            found.add(new TruncationProbe(new DoubleNetwork(model, batch(format)), batch(format))
                    .measure(model, LIMITS)
                    .orElseThrow());
        }
        assertEquals(LENGTHS[0], found.get(0).length());
        assertEquals(found.get(0).enough(), found.get(1).enough());
        for (int i = 0; i < found.get(0).comparisons().size(); i++) {
            Truncation.Comparison usual = found.get(0).comparisons().get(i);
            Truncation.Comparison other = found.get(1).comparisons().get(i);
            assertTrue(usual.change() > 1e-6, usual::toString);
            assertEquals(usual.cosine(), other.cosine(), 1e-9);
            assertEquals(usual.growth(), other.growth(), 1e-9);
        }
    }
}
