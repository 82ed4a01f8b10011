package org.steadygrad.engine.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSubject;
import org.steadygrad.engine.Gradient;
import org.steadygrad.nn.GRU;

/**
 * All of DL4J's layers and vertices on sequences with masked steps: what an example contributes is what it contributes alone, or the
 * batch is refused and the layer named.
 */
class MaskedLayersTest {
    private static final int[] LENGTHS = {7, 4, 3, 5};
    private static final int SIZE = 3;
    private static int threadsBefore;

    /** For arrays as small as these, further threads only wait for each other. */
    @BeforeAll
    static void useOneThread() {
        threadsBefore = Nd4j.getEnvironment().maxMasterThreads();
        Nd4j.getEnvironment().setMaxMasterThreads(1);
    }

    @AfterAll
    static void useAllThreads() {
        Nd4j.getEnvironment().setMaxMasterThreads(threadsBefore);
    }

    /** Puts something between a vertex and those that read it. */
    private interface Part {
        /** @return name of the last vertex that was added; names begin with the one given */
        String add(GraphBuilder graph, String below, String name);
    }

    private static Part layer(Supplier<Layer> layer) {
        return (graph, below, name) -> {
            graph.addLayer(name, layer.get(), below);
            return name;
        };
    }

    private static Part vertex(GraphVertex vertex) {
        return (graph, below, name) -> {
            graph.addVertex(name, vertex.clone(), below);
            return name;
        };
    }

    /** Two LSTMs side by side, joined. */
    private static Part joined(GraphVertex vertex) {
        return (graph, below, name) -> {
            graph.addLayer(name + "a", lstm(), below);
            graph.addLayer(name + "b", new GRU.Builder().nOut(SIZE).build(), below);
            graph.addVertex(name, vertex.clone(), name + "a", name + "b");
            return name;
        };
    }

    private static Layer lstm() {
        return new LSTM.Builder()
                .nIn(SIZE)
                .nOut(SIZE)
                .activation(Activation.TANH)
                .build();
    }

    private static Layer dense() {
        return new DenseLayer.Builder()
                .nIn(SIZE)
                .nOut(SIZE)
                .activation(Activation.TANH)
                .build();
    }

    private static Layer convolution(int kernel, int stride, int dilation, ConvolutionMode mode) {
        return new Convolution1D.Builder(kernel, stride)
                .dilation(dilation)
                .convolutionMode(mode)
                .nOut(SIZE)
                .build();
    }

    private static Layer subsampling(int kernel, int stride) {
        return new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, kernel, stride)
                .convolutionMode(ConvolutionMode.Same)
                .build();
    }

    @SuppressWarnings("deprecation") // models that have Graves layers are trained, too
    private static Map<String, Part> right() {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("DenseLayer", layer(MaskedLayersTest::dense));
        parts.put("LSTM", layer(MaskedLayersTest::lstm));
        parts.put("GravesLSTM", layer(() -> new GravesLSTM.Builder().nOut(SIZE).build()));
        parts.put(
                "GravesBidirectionalLSTM",
                layer(() -> new GravesBidirectionalLSTM.Builder().nOut(SIZE).build()));
        parts.put("SimpleRnn", layer(() -> new SimpleRnn.Builder().nOut(SIZE).build()));
        parts.put("Bidirectional", layer(() -> new Bidirectional(Bidirectional.Mode.ADD, lstm())));
        parts.put("Convolution1D", layer(() -> convolution(3, 1, 1, ConvolutionMode.Same)));
        parts.put("Convolution1DLayer of two", layer(() -> convolution(2, 1, 1, ConvolutionMode.Same)));
        parts.put("Convolution1DLayer, dilated", layer(() -> convolution(3, 1, 2, ConvolutionMode.Same)));
        parts.put("Convolution1DLayer, causal", layer(() -> convolution(3, 1, 1, ConvolutionMode.Causal)));
        parts.put("Convolution1DLayer of single steps", layer(() -> convolution(1, 1, 1, ConvolutionMode.Truncate)));
        parts.put("Convolution1DLayer above ShiftVertex", (graph, below, name) -> {
            graph.addVertex(name + "s", new ShiftVertex(2), below);
            graph.addLayer(name, convolution(3, 1, 1, ConvolutionMode.Same), name + "s");
            return name;
        });
        parts.put("Subsampling1DLayer of single steps", layer(() -> subsampling(1, 1)));
        parts.put("SelfAttentionLayer", layer(() -> new SelfAttentionLayer.Builder()
                .nOut(SIZE)
                .nHeads(1)
                .projectInput(true)
                .build()));
        parts.put("TimeDistributed", layer(() -> new TimeDistributed(dense())));
        parts.put("MaskLayer", layer(MaskLayer::new));
        parts.put(
                "AutoEncoder", layer(() -> new AutoEncoder.Builder().nOut(SIZE).build()));
        parts.put("ElementWiseMultiplicationLayer", layer(() -> new ElementWiseMultiplicationLayer.Builder()
                .nIn(SIZE)
                .nOut(SIZE)
                .build()));
        parts.put("ActivationLayer", layer(() -> new ActivationLayer(Activation.SIGMOID)));
        parts.put("ActivationLayer, softmax", layer(() -> new ActivationLayer(Activation.SOFTMAX)));
        parts.put("DropoutLayer", layer(() -> new DropoutLayer(1.0)));
        parts.put("FrozenLayer", layer(() -> new FrozenLayer(lstm())));
        parts.put("FrozenLayerWithBackprop", layer(() -> new FrozenLayerWithBackprop(lstm())));
        parts.put("ScaleVertex", vertex(new ScaleVertex(2)));
        parts.put("ShiftVertex", vertex(new ShiftVertex(2)));
        parts.put("L2NormalizeVertex", vertex(new L2NormalizeVertex()));
        parts.put("FrozenVertex", vertex(new FrozenVertex(new ScaleVertex(2))));
        parts.put("SubsetVertex", (graph, below, name) -> {
            graph.addLayer(name + "a", new LSTM.Builder().nOut(5).build(), below);
            graph.addVertex(name, new SubsetVertex(1, 3), name + "a");
            return name;
        });
        parts.put("MergeVertex", joined(new MergeVertex()));
        parts.put("ElementWiseVertex", joined(new ElementWiseVertex(ElementWiseVertex.Op.Product)));
        parts.put("StackVertex and UnstackVertex", (graph, below, name) -> {
            graph.addVertex(name + "s", new StackVertex(), below, below);
            graph.addLayer(name + "a", lstm(), name + "s");
            graph.addVertex(name + "u", new UnstackVertex(0, 2), name + "a");
            graph.addVertex(name + "v", new UnstackVertex(1, 2), name + "a");
            graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), name + "u", name + "v");
            return name;
        });
        parts.put("LastTimeStepVertex and DuplicateToTimeSeriesVertex", (graph, below, name) -> {
            graph.addLayer(name + "a", lstm(), below);
            graph.addVertex(name + "l", new LastTimeStepVertex("in"), name + "a");
            graph.addVertex(name, new DuplicateToTimeSeriesVertex("in"), name + "l");
            return name;
        });
        parts.put("ReverseTimeSeriesVertex", reversed(new ReverseTimeSeriesVertex("in")));
        parts.put("ReverseTimeSeriesVertex that knows no mask", reversed(new ReverseTimeSeriesVertex()));
        parts.put("PreprocessorVertex", (graph, below, name) -> {
            graph.addVertex(name + "p", new PreprocessorVertex(new RnnToFeedForwardPreProcessor()), below);
            graph.addVertex(name, new PreprocessorVertex(new FeedForwardToRnnPreProcessor()), name + "p");
            return name;
        });
        return parts;
    }

    private static Part reversed(GraphVertex vertex) {
        return (graph, below, name) -> {
            graph.addVertex(name + "r", vertex.clone(), below);
            graph.addLayer(name + "a", lstm(), name + "r");
            graph.addVertex(name, vertex.clone(), name + "a");
            return name;
        };
    }

    /** The layer that is to be named is x0. */
    private static Map<String, Part> refused() {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("Convolution1DLayer with a stride", layer(() -> convolution(3, 2, 1, ConvolutionMode.Same)));
        parts.put("Convolution1DLayer, truncated", layer(() -> convolution(3, 1, 1, ConvolutionMode.Truncate)));
        parts.put("Subsampling1DLayer", layer(() -> subsampling(3, 1)));
        parts.put("Subsampling1DLayer with a stride", layer(() -> subsampling(2, 2)));
        parts.put("Cropping1D", layer(() -> new Cropping1D.Builder(1).build()));
        parts.put("ZeroPadding1DLayer", layer(() -> new ZeroPadding1DLayer.Builder(1).build()));
        parts.put("Upsampling1D", layer(() -> new Upsampling1D.Builder(2).build()));
        parts.put("VariationalAutoencoder", layer(() -> new VariationalAutoencoder.Builder()
                .nOut(SIZE)
                .encoderLayerSizes(4)
                .decoderLayerSizes(4)
                .build()));
        parts.put("PReLULayer", layer(() -> new PReLULayer.Builder()
                .inputShape(SIZE, 1)
                .sharedAxes(2)
                .build()));
        parts.put("LocallyConnected1D", layer(() -> new LocallyConnected1D.Builder()
                .kernelSize(3)
                .stride(1)
                .convolutionMode(ConvolutionMode.Same)
                .nIn(SIZE)
                .nOut(SIZE)
                .build()));
        parts.put("RecurrentAttentionLayer", layer(() -> new RecurrentAttentionLayer.Builder()
                .nIn(SIZE)
                .nOut(SIZE)
                .nHeads(1)
                .projectInput(true)
                .build()));
        parts.put("ReshapeVertex", vertex(new ReshapeVertex(-1, SIZE, LENGTHS[0])));
        parts.put("L2Vertex", (graph, below, name) -> {
            graph.addLayer(name + "a", lstm(), below);
            graph.addVertex(name, new L2Vertex(), name + "a", below);
            return name;
        });
        return parts;
    }

    /** Classes in other tests, or that DL4J doesn't run on sequences of unequal lengths, with masks or without. */
    private static final Set<String> ELSEWHERE = Set.of(
            // heads, poolings, embeddings, normalisation and MaskZeroLayer: RandomMaskedCase and
            // MaskedSequencesContract
            "RnnOutputLayer",
            "RnnLossLayer",
            "OutputLayer",
            "LossLayer",
            "CenterLossOutputLayer",
            "GlobalPoolingLayer",
            "LastTimeStep",
            "EmbeddingLayer",
            "EmbeddingSequenceLayer",
            "BatchNormalization",
            "MaskZeroLayer",
            "LayerVertex",
            "RepeatVector",
            // images and volumes
            "CnnLossLayer",
            "Cnn3DLossLayer",
            "ConvolutionLayer",
            "Convolution2D",
            "Convolution3D",
            "Cropping2D",
            "Cropping3D",
            "Deconvolution2D",
            "Deconvolution3D",
            "DepthwiseConvolution2D",
            "SeparableConvolution2D",
            "LocallyConnected2D",
            "LocalResponseNormalization",
            "Pooling2D",
            "SubsamplingLayer",
            "Subsampling3DLayer",
            "SpaceToBatchLayer",
            "SpaceToDepthLayer",
            "SpaceToDepth",
            "Upsampling2D",
            "Upsampling3D",
            "ZeroPaddingLayer",
            "ZeroPadding3DLayer",
            "Yolo2OutputLayer",
            "PoolHelperVertex",
            // of one length, or of rows
            "CapsuleLayer",
            "CapsuleStrengthLayer",
            "PrimaryCapsules",
            // which DL4J 1.0.0-M2.1 can't train, with masks or without
            "LearnedSelfAttentionLayer",
            "AttentionVertex",
            // pooling by another name
            "Pooling1D",
            // defined by their users
            "SameDiffLambdaVertex");

    @Test
    void noneIsForgotten() throws IOException, ReflectiveOperationException {
        Set<String> tried = new TreeSet<>(ELSEWHERE);
        Stream.concat(right().keySet().stream(), refused().keySet().stream())
                .flatMap(name -> Stream.of(name.split("[ ,]+")))
                .forEach(tried::add);
        Set<String> missing = new TreeSet<>();
        for (Class<?> type : layersAndVertices()) {
            if (!tried.contains(type.getSimpleName())) {
                missing.add(type.getName());
            }
        }
        assertEquals(Set.of(), missing, "classes of which nobody knows what they do with masked steps");
    }

    private static List<Class<?>> layersAndVertices() throws IOException, ReflectiveOperationException {
        List<Class<?>> found = new ArrayList<>();
        String jar =
                Layer.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        try (JarFile file = new JarFile(new File(jar))) {
            for (String name : file.stream().map(entry -> entry.getName()).toList()) {
                if (name.matches("org/deeplearning4j/nn/conf/(layers|graph)/[\\w/]+\\.class")) {
                    Class<?> type = Class.forName(name.replace(".class", "").replace('/', '.'));
                    boolean part = Layer.class.isAssignableFrom(type) || GraphVertex.class.isAssignableFrom(type);
                    if (part && !Modifier.isAbstract(type.getModifiers())) {
                        found.add(type);
                    }
                }
            }
        }
        assertTrue(found.size() > 60, "looked into " + jar);
        return found;
    }

    @TestFactory
    Stream<DynamicTest> aBatchIsTheSumOfItsExamples() {
        return right().entrySet().stream().flatMap(part -> Stream.of(true, false)
                .map(perStep -> DynamicTest.dynamicTest(
                        part.getKey() + (perStep ? ", label per step" : ", pooled"),
                        () -> assertSum(part.getValue(), perStep))));
    }

    @TestFactory
    Stream<DynamicTest> whatCantBeRightIsRefusedByName() {
        return refused().entrySet().stream()
                .map(part -> DynamicTest.dynamicTest(part.getKey(), () -> {
                    ComputationGraph model = model(part.getValue(), false, 1);
                    try (Engine engine = new Dl4jEngineProvider().create(model)) {
                        InvalidInputException refusal = assertThrows(
                                InvalidInputException.class,
                                () -> engine.computeGradient(padded(0, 0, 0, false), EngineSubject.plain()));
                        assertTrue(refusal.getMessage().contains("layer x0"), refusal.getMessage());
                        assertThrows(InvalidInputException.class, () -> engine.output(padded(0, 0, 0, false)));
                        // a mask that hides nothing is no mask
                        MultiDataSet whole = alone(0, false);
                        double without = engine.computeGradient(whole, EngineSubject.plain())
                                .loss();
                        engine.discardGradient();
                        MultiDataSet ones = ContractData.batch(
                                whole.getFeatures(0), whole.getLabels(0), Nd4j.ones(1, LENGTHS[0]), null);
                        assertEquals(
                                without,
                                engine.computeGradient(ones, EngineSubject.plain())
                                        .loss());
                    }
                }));
    }

    /** Steps that a network makes itself aren't those of the features, even where there are as many. */
    @Test
    void theFeaturesMaskSaysNothingOfADecodersSteps() {
        GraphBuilder graph = ContractModels.graphOn(InputType.recurrent(SIZE));
        graph.addLayer("encoder", lstm(), "in");
        graph.addVertex("last", new LastTimeStepVertex("in"), "encoder");
        graph.addLayer(
                "again", new RepeatVector.Builder().repetitionFactor(LENGTHS[0]).build(), "last");
        graph.addLayer("decoder", lstm(), "again");
        graph.addLayer("out", ContractModels.stepClasses(SIZE), "decoder");
        ComputationGraph model = new ContractCase("", graph.build(), null).model();
        MultiDataSet all = padded(0, 0, Float.NaN, false);
        int examples = LENGTHS.length;
        var some = NDArrayIndex.interval(0, examples);
        INDArray labels = new ContractData(8).oneHot(examples, SIZE, LENGTHS[0]);
        MultiDataSet batch = ContractData.batch(
                all.getFeatures(0)
                        .get(some, NDArrayIndex.all(), NDArrayIndex.all())
                        .dup(),
                labels,
                all.getFeaturesMaskArray(0).get(some, NDArrayIndex.all()).dup(),
                null);
        try (Engine engine = new Dl4jEngineProvider().create(model)) {
            double loss = 0;
            for (int i = 0; i < examples; i++) {
                var own = NDArrayIndex.interval(i, i + 1);
                INDArray wanted =
                        labels.get(own, NDArrayIndex.all(), NDArrayIndex.all()).dup();
                MultiDataSet alone = ContractData.batch(alone(i, false).getFeatures(0), wanted);
                loss += EngineSubject.gradient(engine, model, alone, EngineSubject.plain())
                        .loss();
            }
            Gradient actual = EngineSubject.gradient(engine, model, batch, EngineSubject.plain());
            assertEquals(loss / examples, actual.loss(), 1e-5 * loss);
        }
    }

    private static ComputationGraph model(Part part, boolean perStep, int copies) {
        // some have parameters for each step
        GraphBuilder graph = ContractModels.graphOn(InputType.recurrent(SIZE, LENGTHS[0]));
        String last = "in";
        for (int i = 0; i < copies; i++) {
            last = part.add(graph, last, "x" + i);
        }
        if (perStep) {
            graph.addLayer("out", ContractModels.stepClasses(SIZE), last);
        } else {
            graph.addLayer("pool", ContractModels.pooling(PoolingType.AVG), last);
            graph.addLayer("out", ContractModels.classes(SIZE), "pool");
        }
        return new ContractCase("", graph.build(), null).model();
    }

    private static void assertSum(Part part, boolean perStep) {
        ComputationGraph model = model(part, perStep, 2);
        try (Engine engine = new Dl4jEngineProvider().create(model)) {
            double loss = 0;
            Map<String, double[]> sum = new LinkedHashMap<>();
            for (int example = 0; example < LENGTHS.length; example++) {
                Gradient own = EngineSubject.gradient(engine, model, alone(example, perStep), EngineSubject.plain());
                loss += own.loss();
                own.blocks().forEach((name, values) -> {
                    double[] all = sum.computeIfAbsent(name, n -> new double[values.length]);
                    for (int i = 0; i < values.length; i++) {
                        all[i] += values[i] / (LENGTHS.length + 1);
                    }
                });
            }
            for (MultiDataSet batch :
                    List.of(padded(0, 0, 0, perStep), padded(0, 4, Float.NaN, perStep), padded(3, 2, 1e30f, perStep))) {
                Gradient actual = EngineSubject.gradient(engine, model, batch, EngineSubject.plain());
                assertEquals(loss / (LENGTHS.length + 1), actual.loss(), 1e-5 * loss, "loss");
                Gradient.assertClose(sum, actual.blocks(), EngineSubject.TOLERANCE, "gradient");
            }
        }
    }

    private static MultiDataSet alone(int example, boolean perStep) {
        MultiDataSet all = padded(0, 0, 0, perStep);
        INDArray features = Nd4j.create(1, SIZE, LENGTHS[example]);
        INDArray labels = perStep ? Nd4j.create(1, SIZE, LENGTHS[example]) : Nd4j.create(1, SIZE);
        for (int k = 0; k < SIZE; k++) {
            for (int t = 0; t < LENGTHS[example]; t++) {
                features.putScalar(0, k, t, all.getFeatures(0).getDouble(example, k, t));
                if (perStep) {
                    labels.putScalar(0, k, t, all.getLabels(0).getDouble(example, k, t));
                }
            }
            if (!perStep) {
                labels.putScalar(0, k, all.getLabels(0).getDouble(example, k));
            }
        }
        return ContractData.batch(features, labels);
    }

    /**
     * All examples, and one without any step.
     *
     * @param before number of masked steps before each sequence
     * @param after the same after the longest
     * @param filler of features and labels under the mask
     */
    private static MultiDataSet padded(int before, int after, float filler, boolean perStep) {
        Random random = new Random(5);
        int examples = LENGTHS.length + 1;
        int steps = before + LENGTHS[0] + after;
        INDArray features = Nd4j.valueArrayOf(new long[] {examples, SIZE, steps}, filler);
        INDArray labels =
                perStep ? Nd4j.valueArrayOf(new long[] {examples, SIZE, steps}, filler) : Nd4j.zeros(examples, SIZE);
        INDArray mask = Nd4j.zeros(examples, steps);
        for (int i = 0; i < LENGTHS.length; i++) {
            for (int t = before; t < before + LENGTHS[i]; t++) {
                int wanted = random.nextInt(SIZE);
                mask.putScalar(i, t, 1);
                for (int k = 0; k < SIZE; k++) {
                    features.putScalar(i, k, t, random.nextGaussian());
                    if (perStep) {
                        labels.putScalar(i, k, t, k == wanted ? 1 : 0);
                    }
                }
            }
        }
        for (int i = 0; i < examples && !perStep; i++) {
            labels.putScalar(i, random.nextInt(SIZE), 1);
        }
        return ContractData.batch(features, labels, mask, null);
    }
}
