package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace;

class TracedPassTest {
    private static final int BATCH = 7;
    private static final int STEPS = 5;

    private static GraphBuilder builder() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .l2(0.01)
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in");
    }

    private static GraphBuilder sequences() {
        return builder().setInputTypes(InputType.recurrent(3));
    }

    private static OutputLayer classes() {
        return classes(0);
    }

    /** @param nIn number of inputs; 0 to have it worked out */
    private static OutputLayer classes(int nIn) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(nIn)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static RnnOutputLayer stepClasses() {
        return new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static ComputationGraph graph(GraphBuilder builder) {
        ComputationGraph graph = new ComputationGraph(builder.setOutputs("out").build());
        graph.init();
        return graph;
    }

    private static MultiDataSet sequenceBatch(boolean labelEachStep, boolean masks) {
        Nd4j.getRandom().setSeed(17);
        INDArray x = Nd4j.randn('f', BATCH, 3, STEPS);
        INDArray y = labelEachStep
                ? Nd4j.concat(1, Nd4j.ones(BATCH, 1, STEPS), Nd4j.zeros(BATCH, 1, STEPS))
                : Nd4j.concat(1, Nd4j.ones(BATCH, 1), Nd4j.zeros(BATCH, 1));
        INDArray mask = Nd4j.ones(BATCH, STEPS);
        mask.putScalar(1, STEPS - 1, 0);
        mask.putScalar(4, STEPS - 1, 0);
        mask.putScalar(4, STEPS - 2, 0);
        INDArray[] labelMasks = masks && labelEachStep ? new INDArray[] {mask.dup()} : null;
        return new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {x}, new INDArray[] {y}, masks ? new INDArray[] {mask} : null, labelMasks);
    }

    private static MultiDataSet flatBatch() {
        Nd4j.getRandom().setSeed(17);
        return new org.nd4j.linalg.dataset.MultiDataSet(
                Nd4j.randn(BATCH, 3), Nd4j.concat(1, Nd4j.ones(BATCH, 1), Nd4j.zeros(BATCH, 1)));
    }

    /** Runs both passes from the same random state and compares all they leave. */
    private static StepTrace assertSame(ComputationGraph graph, MultiDataSet batch, boolean carry) {
        ComputationGraph other = graph.clone();
        Nd4j.getRandom().setSeed(5);
        other.setInputs(batch.getFeatures());
        other.setLabels(batch.getLabels());
        other.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        other.computeGradientAndScore();
        Nd4j.getRandom().setSeed(5);
        TracedPass.Result result = TracedPass.run(graph, batch, carry);
        assertEquals(other.score(), result.loss(), "loss");
        assertEquals(other.score(), graph.score(), "score");
        assertBitEqual(other.getFlattenedGradients(), graph.getFlattenedGradients(), "flat gradient");
        Map<String, INDArray> expected = other.gradient().gradientForVariable();
        Map<String, INDArray> actual = graph.gradient().gradientForVariable();
        assertEquals(
                expected.keySet().stream().toList(), actual.keySet().stream().toList());
        expected.forEach((name, array) -> assertBitEqual(array, actual.get(name), name));
        for (int i = 0; i < graph.getNumLayers(); i++) {
            if (carry && graph.getLayer(i) instanceof RecurrentLayer layer) {
                Map<String, INDArray> state = ((RecurrentLayer) other.getLayer(i)).rnnGetTBPTTState();
                assertEquals(state.keySet(), layer.rnnGetTBPTTState().keySet());
                state.forEach(
                        (k, v) -> assertBitEqual(v, layer.rnnGetTBPTTState().get(k), "state " + k));
            }
        }
        return result.trace();
    }

    private static void assertBitEqual(INDArray expected, INDArray actual, String what) {
        assertArrayEquals(TensorReading.doubles(expected), TensorReading.doubles(actual), what);
    }

    @Test
    void residualStackWithBatchNorm() {
        GraphBuilder builder = builder().setInputTypes(InputType.feedForward(3));
        builder.addLayer("a", new DenseLayer.Builder().nOut(5).build(), "in")
                .addLayer("norm", new BatchNormalization.Builder().build(), "a")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "norm")
                .addLayer("b", new DenseLayer.Builder().nOut(5).build(), "relu")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                .addVertex("both", new MergeVertex(), "sum", "relu")
                .addLayer("c", new DenseLayer.Builder().nOut(4).dropOut(0.6).build(), "both")
                .addLayer("out", classes(), "c");
        StepTrace trace = assertSame(graph(builder), flatBatch(), false);
        assertEquals(5, trace.layers().size());
        assertEquals(1, trace.layers().get(0).depth());
        assertEquals("norm", trace.layers().get(1).layer());
        assertEquals("", trace.layers().get(1).activation());
        assertEquals("relu", trace.layers().get(2).activation());
        assertEquals(4, trace.layers().get(4).depth());
        assertTrue(trace.nonFinite().isEmpty());
    }

    @Test
    void frozenLayerAtTheBottom() {
        GraphBuilder builder = builder().setInputTypes(InputType.feedForward(3));
        builder.addLayer("a", new FrozenLayer(new DenseLayer.Builder().nOut(5).build()), "in")
                .addLayer("b", new DenseLayer.Builder().nOut(4).build(), "a")
                .addLayer("out", classes(), "b");
        StepTrace trace = assertSame(graph(builder), flatBatch(), false);
        assertTrue(trace.layers().get(1).outputGradientNorm() > 0);
        assertEquals("tanh", trace.layers().get(0).activation());
    }

    @Test
    void recurrentStackWithMasksAndDropout() {
        GraphBuilder builder = sequences();
        builder.addLayer("dense", new DenseLayer.Builder().nOut(4).build(), "in")
                .addLayer("lstm", new LSTM.Builder().nOut(6).dropOut(0.7).build(), "dense")
                .addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "lstm")
                .addLayer("out", stepClasses(), "rnn");
        StepTrace trace = assertSame(graph(builder), sequenceBatch(true, true), false);
        assertEquals(2, trace.profiles().size());
        assertSame(graph(builder), sequenceBatch(true, false), false);
    }

    @Test
    void bidirectionalInEveryMode() {
        for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
            GraphBuilder builder = sequences();
            builder.addLayer(
                            "both",
                            new Bidirectional(mode, new LSTM.Builder().nOut(3).build()),
                            "in")
                    .addLayer(
                            "last",
                            new LastTimeStep(new SimpleRnn.Builder().nOut(4).build()),
                            "both")
                    .addLayer("out", classes(), "last");
            StepTrace trace = assertSame(graph(builder), sequenceBatch(false, true), false);
            assertEquals(3, trace.profiles().size(), mode.name());
            assertEquals("backward", trace.profiles().get(1).direction());
        }
    }

    @Test
    void maskZeroAndEmbedding() {
        GraphBuilder builder = builder();
        builder.addLayer(
                        "embed",
                        new EmbeddingSequenceLayer.Builder().nIn(9).nOut(4).build(),
                        "in")
                .addLayer(
                        "zero",
                        new LastTimeStep(new MaskZeroLayer.Builder()
                                .setMaskValue(0)
                                .setUnderlying(new LSTM.Builder().nIn(4).nOut(4).build())
                                .build()),
                        "embed")
                .addLayer("out", classes(4), "zero");
        INDArray tokens =
                Nd4j.createFromArray(new float[][] {{0, 1, 2}, {8, 3, 3}}).reshape(2, 1, 3);
        MultiDataSet batch = new org.nd4j.linalg.dataset.MultiDataSet(tokens, Nd4j.eye(2));
        assertSame(graph(builder), batch, false);
    }

    @Test
    void carriedStateIsStoredAsInTruncatedBackpropagation() {
        GraphBuilder builder = sequences();
        builder.addLayer("lstm", new LSTM.Builder().nOut(6).build(), "in")
                .addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "lstm")
                .addLayer("out", stepClasses(), "rnn")
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(STEPS);
        ComputationGraph graph = graph(builder);
        ComputationGraph reference = graph.clone();
        for (int window = 0; window < 2; window++) {
            MultiDataSet batch = sequenceBatch(true, false);
            TracedPass.run(graph, batch, true);
            reference.setInputs(batch.getFeatures());
            reference.setLabels(batch.getLabels());
            reference.setLayerMaskArrays(null, null);
            reference.computeGradientAndScore();
            if (window == 0) {
                // Later on, DL4J goes back through a window as if it had begun from a zero state.
                assertBitEqual(reference.getFlattenedGradients(), graph.getFlattenedGradients(), "first window");
            }
            for (int i = 0; i < 2; i++) {
                Map<String, INDArray> expected = ((RecurrentLayer) reference.getLayer(i)).rnnGetTBPTTState();
                Map<String, INDArray> actual = ((RecurrentLayer) graph.getLayer(i)).rnnGetTBPTTState();
                expected.forEach((k, v) -> assertBitEqual(v, actual.get(k), k));
                ((RecurrentLayer) graph.getLayer(i)).rnnSetPreviousState(actual);
            }
        }
    }

    @Test
    void gradientNormIsThatOfTheAverageLoss() {
        GraphBuilder builder = builder().setInputTypes(InputType.feedForward(3));
        builder.addLayer(
                        "a",
                        new DenseLayer.Builder()
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .weightInit(org.deeplearning4j.nn.weights.WeightInit.ONES)
                                .build(),
                        "a");
        ComputationGraph graph = graph(builder);
        graph.getLayer("a").getParam("W").assign(0);
        INDArray labels = Nd4j.createFromArray(new float[][] {{1}, {2}, {3}});
        StepTrace trace = TracedPass.run(
                        graph, new org.nd4j.linalg.dataset.MultiDataSet(Nd4j.ones(3, 3), labels), false)
                .trace();
        // loss = mean of (0 - label)^2; its derivative by each of the two outputs is -2 label / 3
        double expected = Math.sqrt(2 * (1 + 4 + 9)) * 2 / 3;
        assertEquals(expected, trace.layers().get(0).outputGradientNorm(), 1e-6);
    }

    @Test
    void nonFiniteFeaturesAreNamedWithTheirTimeStep() {
        GraphBuilder builder = sequences();
        builder.addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "in").addLayer("out", stepClasses(), "rnn");
        MultiDataSet batch = sequenceBatch(true, false);
        batch.getFeatures(0).putScalar(new int[] {3, 1, 2}, Float.NaN);
        StepTrace.NonFiniteOrigin origin =
                TracedPass.run(graph(builder), batch, false).trace().nonFinite().orElseThrow();
        assertEquals("in", origin.layer());
        assertEquals("input", origin.tensor());
        assertEquals(2, origin.timeStep());
        assertTrue(Double.isNaN(origin.value()));
    }

    @Test
    void nonFiniteWeightsAreNamedByTheLayerTheySpoil() {
        GraphBuilder builder = sequences();
        builder.addLayer("dense", new DenseLayer.Builder().nOut(4).build(), "in")
                .addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "dense")
                .addLayer("out", stepClasses(), "rnn");
        ComputationGraph graph = graph(builder);
        graph.getLayer("rnn").getParam("RW").putScalar(0, Float.NaN);
        StepTrace.NonFiniteOrigin origin = TracedPass.run(graph, sequenceBatch(true, false), false)
                .trace()
                .nonFinite()
                .orElseThrow();
        assertEquals("rnn", origin.layer());
        assertEquals("activation", origin.tensor());
    }

    @Test
    void nonFiniteLabelsAreNamedByTheOutputLayer() {
        GraphBuilder builder = sequences();
        builder.addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "in").addLayer("out", stepClasses(), "rnn");
        MultiDataSet batch = sequenceBatch(true, false);
        batch.getLabels(0).putScalar(new int[] {0, 1, 4}, Float.NaN);
        StepTrace.NonFiniteOrigin origin =
                TracedPass.run(graph(builder), batch, false).trace().nonFinite().orElseThrow();
        assertEquals("out", origin.layer());
        assertEquals("gradient", origin.tensor());
        assertEquals(4, origin.timeStep());
    }

    @Test
    void aBatchForAnotherNumberOfInputsIsRefused() {
        GraphBuilder builder = sequences();
        builder.addLayer("rnn", new SimpleRnn.Builder().nOut(5).build(), "in").addLayer("out", stepClasses(), "rnn");
        MultiDataSet one = sequenceBatch(true, false);
        MultiDataSet two = new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {one.getFeatures(0), one.getFeatures(0)}, one.getLabels());
        assertThrows(InvalidInputException.class, () -> TracedPass.run(graph(builder), two, false));
    }
}
