package org.steadygrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * DL4J's own passes over padded batches, with the layers of {@link MaskAware}, against its passes over each example alone and without
 * padding, with its own layers. In double.
 */
class MaskAwareTest {
    private static final int STEPS = 6;

    /** Present steps of each example: padded at the end, at the start, with gaps, and all. */
    private static final int[][] PLACES = {{0, 1, 2}, {4, 5}, {0, 2, 5}, {0, 1, 2, 3, 4, 5}, {3}};

    @SuppressWarnings("deprecation") // models that have it are trained, too
    private static List<Layer> cells() {
        return List.of(
                new LSTM.Builder().nIn(2).nOut(3).build(),
                new SimpleRnn.Builder().nIn(2).nOut(3).build(),
                new GravesLSTM.Builder().nIn(2).nOut(3).build(),
                new GRU.Builder().nIn(2).nOut(3).build());
    }

    private static GraphBuilder graph() {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.5))
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(2))
                .setOutputs("out");
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static ComputationGraphConfiguration lastStep(Layer layer) {
        return graph().addLayer("cell", layer.clone(), "in")
                .addVertex("last", new LastTimeStepVertex("in"), "cell")
                .addLayer("out", output(), "last")
                .build();
    }

    private static ComputationGraphConfiguration chain(Layer... layers) {
        GraphBuilder graph = graph();
        String below = "in";
        for (int i = 0; i < layers.length; i++) {
            graph.addLayer("l" + i, layers[i].clone(), below);
            below = "l" + i;
        }
        return graph.addLayer("out", output(), below).build();
    }

    private static Layer bothWays(Layer cell) {
        return new Bidirectional(Bidirectional.Mode.CONCAT, cell.clone());
    }

    @TestFactory
    Stream<DynamicTest> ownPassesAreThoseOfExamplesAlone() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Layer cell : cells()) {
            String name = cell.getClass().getSimpleName();
            tests.add(test(name + ", last step", lastStep(cell)));
            tests.add(test(name + " both ways, last step", lastStep(bothWays(cell))));
            tests.add(test(name + " within LastTimeStep", chain(new LastTimeStep(cell.clone()))));
            tests.add(test(name + " both ways within LastTimeStep", chain(new LastTimeStep(bothWays(cell)))));
            for (PoolingType type : List.of(PoolingType.AVG, PoolingType.MAX, PoolingType.SUM)) {
                tests.add(test(name + " below " + type, chain(bothWays(cell), new GlobalPoolingLayer(type))));
            }
        }
        return tests.stream();
    }

    private static DynamicTest test(String name, ComputationGraphConfiguration configuration) {
        return DynamicTest.dynamicTest(name, () -> assertLikeAlone(configuration));
    }

    private static INDArray features() {
        return Nd4j.linspace(DataType.DOUBLE, -1, 0.061, PLACES.length * 2 * STEPS)
                .reshape('c', PLACES.length, 2, STEPS)
                .mul(3);
    }

    private static INDArray label(int example) {
        INDArray label = Nd4j.zeros(DataType.DOUBLE, 1, 2);
        label.putScalar(0, example % 2, 1);
        return label;
    }

    private static void assertLikeAlone(ComputationGraphConfiguration configuration) {
        ComputationGraph plain = new ComputationGraph(configuration);
        plain.init();
        ComputationGraph masked = new ComputationGraph(MaskAware.of(configuration));
        masked.init(plain.params().dup(), false);
        INDArray mask = Nd4j.zeros(DataType.DOUBLE, PLACES.length, STEPS);
        INDArray labels = Nd4j.zeros(DataType.DOUBLE, PLACES.length, 2);
        INDArray sum = Nd4j.zeros(DataType.DOUBLE, 1, plain.numParams());
        INDArray[] outputs = new INDArray[PLACES.length];
        for (int i = 0; i < PLACES.length; i++) {
            INDArray alone = Nd4j.create(DataType.DOUBLE, 1, 2, PLACES[i].length);
            for (int t = 0; t < PLACES[i].length; t++) {
                alone.get(point(0), all(), point(t)).assign(features().get(point(i), all(), point(PLACES[i][t])));
                mask.putScalar(i, PLACES[i][t], 1);
            }
            labels.putRow(i, label(i).getRow(0));
            outputs[i] = plain.output(false, new INDArray[] {alone}, null)[0].dup();
            sum.addi(gradient(plain, alone, label(i), null));
        }
        INDArray output = masked.output(false, new INDArray[] {features()}, new INDArray[] {mask})[0];
        for (int i = 0; i < PLACES.length; i++) {
            assertArrayEquals(outputs[i].toDoubleMatrix()[0], output.getRow(i).toDoubleVector(), 1e-9, "output " + i);
        }
        INDArray gradient = gradient(masked, features(), labels, mask);
        assertArrayEquals(sum.toDoubleVector(), gradient.toDoubleVector(), 1e-9, "gradient");
    }

    /** Summed over the batch. */
    private static INDArray gradient(ComputationGraph graph, INDArray features, INDArray labels, INDArray mask) {
        graph.setInputs(features);
        graph.setLabels(labels);
        graph.setLayerMaskArrays(mask == null ? null : new INDArray[] {mask}, null);
        graph.computeGradientAndScore();
        graph.clearLayerMaskArrays();
        return graph.getFlattenedGradients().dup();
    }

    @Test
    void ownFitIsUnmovedByMorePadding() {
        for (Layer cell : cells()) {
            ComputationGraph one = new ComputationGraph(MaskAware.of(lastStep(bothWays(cell))));
            one.init();
            ComputationGraph other = one.clone();
            INDArray mask = Nd4j.ones(DataType.DOUBLE, PLACES.length, STEPS);
            mask.putScalar(0, STEPS - 1, 0);
            INDArray labels = Nd4j.concat(0, label(0), label(1), label(2), label(3), label(4));
            INDArray wide =
                    Nd4j.ones(DataType.DOUBLE, PLACES.length, 2, STEPS + 3).mul(5);
            wide.get(all(), all(), interval(0, STEPS)).assign(features());
            INDArray wideMask = Nd4j.zeros(DataType.DOUBLE, PLACES.length, STEPS + 3);
            wideMask.get(all(), interval(0, STEPS)).assign(mask);
            for (int i = 0; i < 3; i++) {
                one.fit(new INDArray[] {features()}, new INDArray[] {labels}, new INDArray[] {mask}, null);
                other.fit(new INDArray[] {wide}, new INDArray[] {labels}, new INDArray[] {wideMask}, null);
            }
            assertArrayEquals(one.params().toDoubleVector(), other.params().toDoubleVector(), 1e-9);
        }
    }

    /** Zeros, and no gradient. */
    @Test
    void anExampleWithoutStepsYieldsNothing() {
        for (Layer cell : cells()) {
            List<ComputationGraphConfiguration> configurations = List.of(
                    lastStep(cell),
                    chain(new LastTimeStep(bothWays(cell))),
                    chain(cell, new GlobalPoolingLayer(PoolingType.AVG)),
                    chain(cell, new GlobalPoolingLayer(PoolingType.MAX)));
            for (ComputationGraphConfiguration configuration : configurations) {
                ComputationGraph graph = new ComputationGraph(MaskAware.of(configuration));
                graph.init();
                INDArray none = Nd4j.zeros(DataType.DOUBLE, PLACES.length, STEPS);
                INDArray labels = Nd4j.concat(0, label(0), label(1), label(2), label(3), label(4));
                INDArray gradient = gradient(graph, features(), labels, none);
                INDArray output = graph.output(false, new INDArray[] {features()}, new INDArray[] {none})[0];
                assertEquals(0.5, output.minNumber().doubleValue(), 1e-12, "a softmax of biases of 0");
                long ofOutputBias = 2;
                long others = gradient.length() - ofOutputBias;
                assertEquals(
                        0,
                        gradient.reshape(gradient.length())
                                .get(interval(0, others))
                                .norm1Number()
                                .doubleValue(),
                        "gradient of all but the output's bias");
            }
        }
    }

    @Test
    void softmaxIsOverUnits() {
        ComputationGraphConfiguration configuration =
                MaskAware.of(chain(new ActivationLayer(Activation.SOFTMAX), new GlobalPoolingLayer(PoolingType.SUM)));
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        INDArray features = Nd4j.create(new double[] {0, 0, Math.log(3), Math.log(7)}, new long[] {1, 2, 2}, 'c');
        INDArray activated = graph.feedForward(features, false).get("l0");
        assertEquals(0.25, activated.getDouble(0, 0, 0), 1e-12);
        assertEquals(0.125, activated.getDouble(0, 0, 1), 1e-12);
        assertEquals(0.75, activated.getDouble(0, 1, 0), 1e-12);
        assertEquals(0.875, activated.getDouble(0, 1, 1), 1e-12);
    }

    @Test
    void modelsAreSavedAndRead() throws IOException {
        ComputationGraph graph = new ComputationGraph(MaskAware.of(lastStep(bothWays(cells().get(0)))));
        graph.init();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ModelSerializer.writeModel(graph, out, true);
        ComputationGraph read =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(out.toByteArray()), true);
        assertEquals(graph.params(), read.params());
        assertEquals(graph.getConfiguration().toJson(), read.getConfiguration().toJson());
        Bidirectional layer = (Bidirectional) read.getLayer("cell").conf().getLayer();
        assertInstanceOf(MaskedLSTM.class, layer.getFwd());
        assertInstanceOf(MaskedLSTM.class, layer.getBwd());
    }
}
