package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;

/** What validation says of a network, from Java as a user would. */
class ValidationTest {
    private final ContractData random = new ContractData(3);

    private static ComputationGraph graph(InputType input, Layer... layers) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(1e-9))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(input)
                .setOutputs("out");
        String below = "in";
        for (int i = 0; i < layers.length; i++) {
            String name = i == layers.length - 1 ? "out" : "l" + i;
            builder.addLayer(name, layers[i], below);
            below = name;
        }
        ComputationGraph graph = new ComputationGraph(builder.build());
        graph.init();
        return graph;
    }

    private static DataSource source(DataSet... batches) {
        return DataSources.of(
                new ExistingDataSetIterator(Arrays.asList(batches)),
                new ExistingDataSetIterator(Arrays.asList(batches)));
    }

    private static Map<String, Double> validate(ComputationGraph graph, String engine, DataSet... batches) {
        List<Map<String, Double>> seen = new ArrayList<>();
        Trainer.of(graph, source(batches))
                .engine(engine)
                .epochs(1)
                .listener(event -> {
                    if (event instanceof RunEvent.Validated validated) {
                        seen.add(validated.metrics());
                    }
                })
                .run();
        return seen.get(0);
    }

    private record OwnLoss(
            String name, ILossFunction loss, Activation activation, INDArray labels, Set<String> others) {}

    private List<OwnLoss> losses() {
        Set<String> ofClasses = Set.of("loss", "accuracy", "f1", "perplexity");
        Set<String> scored = Set.of("loss", "accuracy", "f1");
        Set<String> ofNumbers = Set.of("loss", "mse", "mae");
        INDArray oneHot = random.oneHot(7, 3);
        INDArray bits = random.bits(7, 3);
        bits.putRow(0, Nd4j.createFromArray(1f, 1, 0));
        INDArray numbers = random.normal(7, 3);
        ILossFunction weighted = new LossMCXENT(Nd4j.createFromArray(0.5, 2, 1).reshape(1, 3));
        List<OwnLoss> all = new ArrayList<>();
        all.add(new OwnLoss("classes", new LossMCXENT(), Activation.SOFTMAX, oneHot, ofClasses));
        all.add(new OwnLoss("soft classes", new LossMCXENT(), Activation.SOFTMAX, bits.add(0.5), ofClasses));
        all.add(new OwnLoss(
                "numbers of classes", new LossSparseMCXENT(), Activation.SOFTMAX, random.indices(3, 7, 1), ofClasses));
        all.add(new OwnLoss("weighted classes", weighted, Activation.SOFTMAX, oneHot, scored));
        all.add(new OwnLoss("classes by sigmoids", loss(LossFunction.XENT), Activation.SIGMOID, oneHot, scored));
        all.add(new OwnLoss("keys", loss(LossFunction.XENT), Activation.SIGMOID, bits, scored));
        all.add(new OwnLoss("one key", loss(LossFunction.XENT), Activation.SIGMOID, random.bits(7, 1), scored));
        all.add(new OwnLoss("soft keys", loss(LossFunction.XENT), Activation.SIGMOID, bits.mul(0.9), ofNumbers));
        all.add(new OwnLoss("classes as numbers", loss(LossFunction.MSE), Activation.TANH, oneHot, scored));
        for (LossFunction loss : new LossFunction[] {
            LossFunction.MSE, LossFunction.L2, LossFunction.MEAN_ABSOLUTE_ERROR, LossFunction.L1, LossFunction.POISSON
        }) {
            Activation f = loss == LossFunction.POISSON ? Activation.SOFTPLUS : Activation.IDENTITY;
            all.add(new OwnLoss(
                    loss.name(),
                    loss(loss),
                    f,
                    loss == LossFunction.POISSON ? random.indices(4, 7, 3) : numbers,
                    ofNumbers));
        }
        return all;
    }

    private static ILossFunction loss(LossFunction function) {
        return function.getILossFunction();
    }

    /** The mean of the training loss over rows, whichever loss it is, and the metrics that go with it. */
    @TestFactory
    Stream<DynamicTest> theLossIsTheOutputLayersOwn() {
        INDArray x = random.normal(7, 5);
        return losses().stream().flatMap(own -> Stream.of("cpu", "dl4j")
                .map(engine -> DynamicTest.dynamicTest(own.name() + " " + engine, () -> {
                    int outputs = own.loss() instanceof LossSparseMCXENT
                            ? 3
                            : (int) own.labels().size(1);
                    ComputationGraph graph = graph(
                            InputType.feedForward(5),
                            new OutputLayer.Builder(own.loss())
                                    .activation(own.activation())
                                    .nOut(outputs)
                                    .build());
                    DataSet batch = new DataSet(x, own.labels());
                    double expected;
                    boolean possible;
                    try (Engine other = EngineRequest.of("dl4j").open(graph)) {
                        expected = other.computeGradient(
                                        batch.toMultiDataSet(), new PassOptions(1, false, false, false))
                                .loss();
                        possible = engine.equals("dl4j")
                                || PlanBuilder.unsupported(graph).isEmpty();
                    }
                    Map<String, Double> metrics = validate(graph, possible ? engine : "auto", batch);
                    assertEquals(expected, metrics.get("loss"), 1e-5 * (1 + Math.abs(expected)));
                    assertEquals(own.others(), metrics.keySet());
                })));
    }

    /** Sum of weight times loss over the sum of weights, of losses for which DL4J takes the square of a mask's numbers too. */
    @ParameterizedTest
    @EnumSource(
            value = LossFunction.class,
            names = {"MSE", "MEAN_ABSOLUTE_ERROR", "SQUARED_HINGE", "HINGE", "POISSON"})
    void weightsOfRowsAreWeights(LossFunction function) {
        INDArray x = random.normal(3, 2);
        INDArray labels = function == LossFunction.POISSON
                ? random.indices(3, 3, 2)
                : random.bits(3, 2).muli(2).subi(1);
        double[] weights = {0.5, 0, 3};
        Activation activation = function == LossFunction.POISSON ? Activation.SOFTPLUS : Activation.IDENTITY;
        ComputationGraph graph = graph(
                InputType.feedForward(2),
                new OutputLayer.Builder(function).activation(activation).nOut(2).build());
        double expected = 0;
        for (int i = 0; i < 3; i++) {
            DataSet one =
                    new DataSet(x.getRow(i, true).dup(), labels.getRow(i, true).dup());
            expected += weights[i] * graph.score(one) / 3.5;
        }
        INDArray mask = Nd4j.createFromArray(weights).reshape(3, 1).castTo(DataType.FLOAT);
        Map<String, Double> metrics = validate(graph, "dl4j", new DataSet(x, labels, null, mask));
        assertEquals(expected, metrics.get("loss"), 1e-5 * (1 + Math.abs(expected)));
    }

    /** -log of the sigmoid of -20, and of the softmax of (20, 0) for the second class: 20 + 2e-9. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void certaintiesThatAreWrongCostWhatTheyCost(String engine) {
        for (double logit : new double[] {12, 20, 200}) {
            double expected = logit + Math.log1p(Math.exp(-logit));
            ComputationGraph binary = graph(
                    InputType.feedForward(1),
                    new OutputLayer.Builder(LossFunction.XENT)
                            .activation(Activation.SIGMOID)
                            .nOut(1)
                            .build());
            binary.params().assign(Nd4j.createFromArray((float) logit, 0f).reshape(1, 2));
            DataSet no = new DataSet(Nd4j.ones(1, 1), Nd4j.zeros(1, 1));
            assertEquals(expected, validate(binary, engine, no).get("loss"), 1e-9 * logit);
            ComputationGraph classes = graph(
                    InputType.feedForward(1),
                    new OutputLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .nOut(2)
                            .build());
            classes.params()
                    .assign(Nd4j.createFromArray((float) logit, 0f, 0f, 0f).reshape(1, 4));
            DataSet second = new DataSet(Nd4j.ones(1, 1), Nd4j.createFromArray(new float[][] {{0, 1}}));
            assertEquals(expected, validate(classes, engine, second).get("loss"), 1e-9 * logit);
        }
    }

    @Test
    void sequencesWithTimeBeforeSize() {
        Layer lstm = new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
        Layer out = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(3)
                .build();
        DataSet[] usual = new DataSet[2];
        DataSet[] turned = new DataSet[2];
        for (int i = 0; i < 2; i++) {
            int time = 4 + 3 * i;
            INDArray x = random.normal(3, 2, time);
            INDArray y = random.oneHot(3, 3, time);
            INDArray mask = ContractData.mask(time, time, 2, 1);
            usual[i] = new DataSet(x, y, mask, mask.dup());
            turned[i] =
                    new DataSet(x.permute(0, 2, 1).dup('c'), y.permute(0, 2, 1).dup('c'), mask, null);
        }
        ComputationGraph graph = graph(InputType.recurrent(2), lstm, out);
        ComputationGraph other = graph(InputType.recurrent(2, RNNFormat.NWC), lstm.clone(), out.clone());
        other.params().assign(graph.params());
        Map<String, Double> expected = validate(graph, "cpu", usual);
        assertEquals(Set.of("loss", "accuracy", "f1", "perplexity", "bitsPerCharacter"), expected.keySet());
        for (String engine : new String[] {"cpu", "dl4j"}) {
            Map<String, Double> metrics = validate(other, engine, turned);
            expected.forEach((name, value) -> assertEquals(value, metrics.get(name), 1e-5, name));
        }
    }

    /** Windows cut time, whichever axis it is: 7 steps are windows of 3, 3 and 1. */
    @Test
    void windowsOfSequencesWithTimeBeforeSize() {
        INDArray x = random.normal(3, 2, 7);
        INDArray y = random.oneHot(3, 3, 7);
        List<Double> usual = losses(RNNFormat.NCW, new DataSet(x, y));
        DataSet turned =
                new DataSet(x.permute(0, 2, 1).dup('c'), y.permute(0, 2, 1).dup('c'));
        List<Double> other = losses(RNNFormat.NWC, turned);
        assertEquals(3, usual.size());
        assertEquals(3, other.size());
        for (int i = 0; i < 3; i++) {
            assertEquals(usual.get(i), other.get(i), 1e-5);
        }
    }

    private static List<Double> losses(RNNFormat format, DataSet batch) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(2, format))
                .addLayer(
                        "l0",
                        new LSTM.Builder().nOut(4).activation(Activation.TANH).build(),
                        "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .nOut(3)
                                .build(),
                        "l0")
                .setOutputs("out")
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTForwardLength(3)
                .tBPTTBackwardLength(3)
                .build());
        graph.init();
        List<Double> losses = new ArrayList<>();
        Trainer.of(graph, DataSources.of(new ExistingDataSetIterator(List.of(batch)), null))
                .engine("cpu")
                .epochs(1)
                .listener(event -> {
                    if (event instanceof RunEvent.Step step) {
                        losses.add(step.loss());
                    }
                })
                .run();
        return losses;
    }

    @Test
    void symbolsOfUnequalLengths() {
        for (boolean perStep : new boolean[] {true, false}) {
            Layer table = new EmbeddingSequenceLayer.Builder().nIn(6).nOut(3).build();
            Layer lstm = new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
            Layer steps = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(2)
                    .build();
            Layer last = new OutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(2)
                    .build();
            ComputationGraph graph = perStep
                    ? graph(InputType.recurrent(6), table, lstm, steps)
                    : graph(InputType.recurrent(6), table, new LastTimeStep(lstm), last);
            DataSet[] withSize = new DataSet[2];
            DataSet[] without = new DataSet[2];
            for (int i = 0; i < 2; i++) {
                int time = 5 + 2 * i;
                INDArray symbols = random.indices(6, 3, 1, time);
                INDArray labels = perStep ? random.oneHot(3, 2, time) : random.oneHot(3, 2);
                withSize[i] = new DataSet(symbols, labels);
                without[i] = new DataSet(symbols.reshape(3, time), labels);
            }
            assertEquals(validate(graph.clone(), "cpu", withSize), validate(graph.clone(), "cpu", without));
        }
    }

    @Test
    void whatIsNotFiniteIsNeverBest() {
        ComputationGraph graph = graph(
                InputType.feedForward(1),
                new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(1)
                        .build());
        DataSet training = new DataSet(Nd4j.ones(4, 1), Nd4j.ones(4, 1));
        DataSet broken = new DataSet(Nd4j.valueArrayOf(new long[] {4, 1}, Float.NaN), Nd4j.ones(4, 1));
        List<Boolean> best = new ArrayList<>();
        RunResult result = Trainer.of(
                        graph,
                        DataSources.of(
                                new ExistingDataSetIterator(List.of(training)),
                                new ExistingDataSetIterator(List.of(broken))))
                .engine("cpu")
                .epochs(2)
                .listener(event -> {
                    if (event instanceof RunEvent.Validated validated) {
                        best.add(validated.best());
                    }
                })
                .run();
        assertEquals(List.of(false, false), best);
        assertTrue(
                result.validation().values().stream().allMatch(value -> value.isNaN()),
                result.validation().toString());
    }

    @Test
    void labelsThatAreNoClassesAreRefused() {
        ComputationGraph graph = graph(
                InputType.feedForward(5),
                new OutputLayer.Builder(new LossSparseMCXENT())
                        .activation(Activation.SOFTMAX)
                        .nOut(3)
                        .build());
        DataSet batch = new DataSet(random.normal(2, 5), Nd4j.createFromArray(new float[][] {{1}, {7}}));
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> validate(graph, "cpu", batch));
        assertTrue(e.getMessage().contains("7"), e.getMessage());
    }

    /** A loss layer's logits are its input. */
    @Test
    void lossLayers() {
        ComputationGraph graph = graph(
                InputType.feedForward(2),
                new DenseLayer.Builder().nOut(2).activation(Activation.IDENTITY).build(),
                new LossLayer.Builder(LossFunction.XENT)
                        .activation(Activation.SIGMOID)
                        .build());
        graph.params().assign(Nd4j.createFromArray(1f, 0, 0, 1, 0, 0).reshape(1, 6));
        DataSet batch = new DataSet(
                Nd4j.createFromArray(new float[][] {{20, -20}}), Nd4j.createFromArray(new float[][] {{0, 1}}));
        for (String engine : new String[] {"cpu", "dl4j"}) {
            assertEquals(40, validate(graph, engine, batch).get("loss"), 1e-7);
        }
    }

    /** What MaskZeroLayer leaves out counts for no metric, and its empty labels don't make keys of classes. */
    @Test
    void stepsOfTheMaskedValueArentScored() {
        INDArray x = random.normal(7, 3, 5);
        INDArray labels = random.oneHot(7, 2, 5);
        INDArray mask = ContractData.mask(5, 5, 3, 1, 2, 5, 4, 2);
        for (int example = 0; example < 7; example++) {
            for (int t = 0; t < 5; t++) {
                for (int k = 0; k < 3 && mask.getDouble(example, t) == 0; k++) {
                    x.putScalar(example, k, t, 0);
                    labels.putScalar(example, Math.min(k, 1), t, 0);
                }
            }
        }
        Layer out = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(2)
                .activation(Activation.SOFTMAX)
                .build();
        Layer cell = new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
        InputType sequences = InputType.recurrent(3);
        for (String engine : List.of("cpu", "dl4j")) {
            Map<String, Double> told = validate(
                    graph(sequences, cell.clone(), out.clone()), engine, new DataSet(x, labels, mask, mask.dup()));
            Map<String, Double> found = validate(
                    graph(sequences, new MaskZeroLayer(cell.clone(), 0), out.clone()), engine, new DataSet(x, labels));
            assertEquals(told.keySet(), found.keySet());
            told.forEach((metric, value) -> assertEquals(value, found.get(metric), 1e-6, engine + " " + metric));
            assertTrue(told.containsKey("accuracy"));
        }
    }
}
