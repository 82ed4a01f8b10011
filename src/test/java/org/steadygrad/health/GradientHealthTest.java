package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.MaskAware;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunLogReader;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Sick and healthy networks, trained with DL4J's own fit. */
class GradientHealthTest {
    private static final HealthSpec SPEC = RunFiles.defaults(HealthSpec.class, "every=1");
    private static final int UNITS = 33;
    private static final int DEPTH = 20;

    private static NeuralNetConfiguration.Builder settings(double rate) {
        return new NeuralNetConfiguration.Builder().seed(5).updater(new Sgd(rate));
    }

    private static OutputLayer output(int nIn) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(nIn)
                .nOut(2)
                .weightInit(WeightInit.XAVIER)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static DenseLayer dense(Activation activation) {
        return new DenseLayer.Builder()
                .nIn(UNITS)
                .nOut(UNITS)
                .weightInit(WeightInit.XAVIER)
                .activation(activation)
                .build();
    }

    private static ComputationGraph stack(Activation activation, int depth) {
        GraphBuilder builder = settings(0.01).graphBuilder().addInputs("in");
        String last = "in";
        for (int i = 0; i < depth; i++) {
            builder.addLayer("dense" + i, dense(activation), last);
            last = "dense" + i;
        }
        return initialised(builder.addLayer("out", output(UNITS), last));
    }

    private static ComputationGraph residual() {
        GraphBuilder builder = settings(0.01).graphBuilder().addInputs("in");
        builder.addLayer("first", dense(Activation.IDENTITY), "in");
        String last = "first";
        for (int i = 0; i < DEPTH; i++) {
            builder.addLayer("dense" + i, dense(Activation.IDENTITY), last)
                    .addLayer(
                            "norm" + i,
                            new BatchNormalization.Builder().nOut(UNITS).build(),
                            "dense" + i)
                    .addLayer("sigmoid" + i, new ActivationLayer(Activation.SIGMOID), "norm" + i)
                    .addVertex("sum" + i, new ElementWiseVertex(ElementWiseVertex.Op.Add), last, "sigmoid" + i);
            last = "sum" + i;
        }
        return initialised(builder.addLayer("out", output(UNITS), last));
    }

    private static ComputationGraph initialised(GraphBuilder builder) {
        ComputationGraph graph = new ComputationGraph(builder.setOutputs("out").build());
        graph.init();
        return graph;
    }

    /** DL4J's fit reads the padding there; with mask-aware layers it doesn't. */
    @Test
    void paddingThatIsTakenForDataIsNamed() {
        ComputationGraph plain = bothWays();
        List<Finding> found = findingsOfMaskedFit(plain);
        assertEquals(1, found.size());
        assertEquals(Severity.WARNING, found.get(0).severity());
        assertEquals("cell", found.get(0).layer());
        ComputationGraph masked = new ComputationGraph(MaskAware.of(plain.getConfiguration()));
        masked.init();
        assertEquals(List.of(), findingsOfMaskedFit(masked));
    }

    /** A network that reads [batch, time, size] looks like one that reads [batch, size, time], a bad value of it too. */
    @Test
    void sequencesOfEitherLayoutLookAlike() {
        for (boolean bad : new boolean[] {false, true}) {
            List<GradientHealth> both = new ArrayList<>();
            for (RNNFormat format : RNNFormat.values()) {
                MultiLayerNetwork network = new MultiLayerNetwork(settings(0.1)
                        .list()
                        .layer(new LSTM.Builder()
                                .nOut(6)
                                .activation(Activation.TANH)
                                .dataFormat(format)
                                .build())
                        .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .dataFormat(format)
                                .build())
                        .setInputType(InputType.recurrent(6, format))
                        .build());
                network.init();
                GradientHealth health = new GradientHealth(SPEC);
                network.setListeners(health);
                INDArray features =
                        Nd4j.linspace(DataType.FLOAT, -1, 0.02, 3 * 6 * 6).reshape(3, 6, 6);
                // what is always the same is told of a feature, not of a time step
                features.get(NDArrayIndex.all(), NDArrayIndex.point(2), NDArrayIndex.all())
                        .assign(0.5);
                if (bad) {
                    features.putScalar(new int[] {1, 3, 4}, Float.NaN);
                }
                INDArray labels =
                        Nd4j.linspace(DataType.FLOAT, 1, -0.03, 3 * 2 * 6).reshape(3, 2, 6);
                boolean turn = format == RNNFormat.NWC;
                DataSet data = turn
                        ? new DataSet(
                                features.permute(0, 2, 1).dup('c'),
                                labels.permute(0, 2, 1).dup('c'))
                        : new DataSet(features, labels);
                for (int i = 0; i < 12; i++) {
                    network.fit(data);
                }
                both.add(health);
            }
            assertEquals(both.get(0).findings(), both.get(1).findings());
            if (bad) {
                Finding found = only(both.get(0), "bad-input");
                assertTrue(
                        found.message().contains("feature 3 of example 1 of the batch, time step 4"), found::message);
            } else {
                assertTrue(only(both.get(0), "constant-input").message().contains("2"));
                double norm = both.get(0).summary().medianGradientNorm();
                assertEquals(norm, both.get(1).summary().medianGradientNorm(), 1e-5 * norm);
            }
        }
    }

    private static List<Finding> findingsOfMaskedFit(ComputationGraph graph) {
        GradientHealth health = new GradientHealth(SPEC);
        graph.setListeners(health);
        INDArray mask = Nd4j.ones(3, 5);
        mask.putScalar(1, 4, 0);
        INDArray labels = Nd4j.zeros(3, 2);
        labels.getColumn(0).assign(1);
        graph.fit(new DataSet(Nd4j.rand(3, 3, 5), labels, mask, null));
        return health.findings().stream()
                .filter(finding -> finding.id().equals("mask-ignored"))
                .toList();
    }

    /** What DL4J can't be right about even with the toolkit's layers in place of its own. */
    @ParameterizedTest
    @CsvSource({"PReLULayer", "RecurrentAttentionLayer", "Subsampling1DLayer"})
    void layersThatKnowNoMaskAreNamedWhereThereIsPadding(String type) {
        Layer layer =
                switch (type) {
                    case "PReLULayer" ->
                        new PReLULayer.Builder().inputShape(4, 5).build();
                    case "RecurrentAttentionLayer" ->
                        new RecurrentAttentionLayer.Builder()
                                .nIn(4)
                                .nOut(4)
                                .nHeads(1)
                                .projectInput(false)
                                .build();
                    default -> new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, 2, 1).build();
                };
        ComputationGraph graph = new ComputationGraph(settings(0.1)
                .graphBuilder()
                .addInputs("in")
                .addLayer("cell", new LSTM.Builder().nOut(4).build(), "in")
                .addLayer("odd", layer, "cell")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "odd")
                .addLayer("out", output(4), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(3, 5))
                .build());
        graph.init();
        List<Finding> found = findingsOfMaskedFit(graph);
        assertEquals(List.of("odd"), found.stream().map(Finding::layer).toList(), found::toString);
        assertTrue(found.get(0).message().contains("depends on how much padding"), found::toString);
        graph.setListeners(List.of());
        GradientHealth whole = new GradientHealth(SPEC);
        graph.setListeners(whole);
        graph.fit(new DataSet(Nd4j.rand(3, 3, 5), labels(3)));
        assertTrue(whole.findings().stream().noneMatch(f -> f.id().equals("mask-ignored")));
    }

    private static ComputationGraph bothWays() {
        LSTM cell = new LSTM.Builder().nIn(3).nOut(4).build();
        return initialised(settings(0.1)
                .graphBuilder()
                .addInputs("in")
                .addLayer("cell", new Bidirectional(Bidirectional.Mode.ADD, cell), "in")
                .addVertex("last", new LastTimeStepVertex("in"), "cell")
                .addLayer("out", output(4), "last"));
    }

    private static ComputationGraph rnn(Activation activation, double recurrentWeight) {
        SimpleRnn rnn =
                new SimpleRnn.Builder().nIn(3).nOut(7).activation(activation).build();
        ComputationGraph graph = initialised(settings(1e-30)
                .graphBuilder()
                .addInputs("in")
                .addLayer("rnn", new LastTimeStep(rnn), "in")
                .addLayer("out", output(7), "rnn"));
        graph.getLayer("rnn").getParam("RW").assign(Nd4j.eye(7).muli(recurrentWeight));
        return graph;
    }

    private static DataSet flat() {
        Nd4j.getRandom().setSeed(1);
        return new DataSet(Nd4j.randn(17, UNITS), labels(17));
    }

    private static DataSet sequences() {
        Nd4j.getRandom().setSeed(1);
        return new DataSet(Nd4j.randn(17, 3, 30), labels(17));
    }

    private static INDArray labels(int count) {
        INDArray labels = Nd4j.zeros(count, 2);
        for (int i = 0; i < count; i++) {
            labels.putScalar(i, i % 2, 1);
        }
        return labels;
    }

    private static GradientHealth fit(ComputationGraph graph, DataSet data, int steps) {
        GradientHealth health = new GradientHealth(SPEC);
        graph.setListeners(health);
        for (int i = 0; i < steps; i++) {
            graph.fit(data);
        }
        return health;
    }

    private static Finding only(GradientHealth health, String id) {
        List<Finding> found =
                health.findings().stream().filter(f -> f.id().equals(id)).toList();
        assertTrue(!found.isEmpty(), id + " among " + health.findings());
        return found.get(0);
    }

    @Test
    void aDeepSigmoidStackVanishes() {
        Finding finding = only(fit(stack(Activation.SIGMOID, DEPTH), flat(), 3), "vanishing-gradient");
        assertEquals("dense0", finding.layer());
        assertEquals(Severity.ERROR, finding.severity());
        assertTrue(finding.message().contains("dense0, dense1, dense2"), finding.message());
        assertTrue(finding.evidence().get("factorPerLayer") < 0.4, finding.message());
    }

    @Test
    void twoLooksAreNotEnough() {
        assertEquals(List.of(), fit(stack(Activation.SIGMOID, DEPTH), flat(), 2).findings());
    }

    @Test
    void theSameWithResidualsAndBatchNormIsHealthy() {
        GradientHealth health = fit(residual(), flat(), 25);
        assertEquals(List.of(), health.findings());
        assertTrue(health.summary().text().contains("No findings"));
    }

    @Test
    void tinyWeightsVanishAndLargeOnesExplode() {
        ComputationGraph tiny = stack(Activation.SIGMOID, DEPTH);
        tiny.params().assign(Nd4j.randn(tiny.params().shape()).muli(0.01));
        only(fit(tiny, flat(), 3), "vanishing-gradient");
        ComputationGraph large = stack(Activation.RELU, 10);
        large.params().assign(Nd4j.randn(large.params().shape()));
        large.setLearningRate(1e-30);
        only(fit(large, flat(), 1 + FindingLog.PERSISTENCE), "exploding-gradient");
    }

    @Test
    void aLinearRecurrenceOfOneHalfReachesSevenStepsBack() {
        GradientHealth health = fit(rnn(Activation.IDENTITY, 0.5), sequences(), 3);
        Finding finding = only(health, "vanishing-through-time");
        assertEquals(
                Math.ceil(Math.log(0.01) / Math.log(0.5)), finding.evidence().get("horizon"));
        assertEquals(7, health.summary().horizons().get("rnn"));
    }

    @Test
    void aLargeRecurrenceExplodesThroughTime() {
        Finding finding = only(fit(rnn(Activation.IDENTITY, 1.5), sequences(), 3), "exploding-through-time");
        assertEquals(1.5, finding.evidence().get("factorPerStep"), 0.05);
    }

    @Test
    void deadAndSaturatedUnits() {
        ComputationGraph dead = stack(Activation.RELU, 2);
        dead.getLayer("dense1").getParam("b").assign(-100);
        assertEquals("dense1", only(fit(dead, flat(), 3), "dead-units").layer());
        ComputationGraph saturated = stack(Activation.TANH, 2);
        saturated.getLayer("dense0").getParam("W").muli(100);
        assertEquals("dense0", only(fit(saturated, flat(), 3), "saturation").layer());
    }

    @Test
    void oneNaNIsEnoughAndItsOriginIsNamed() {
        DataSet data = sequences();
        data.getFeatures().putScalar(new int[] {2, 1, 11}, Float.NaN);
        GradientHealth health = fit(rnn(Activation.TANH, 0.5), data, 1);
        Finding named = health.findings().stream()
                .filter(f -> f.layer().equals("in"))
                .findFirst()
                .orElseThrow();
        assertEquals("non-finite", named.id());
        assertEquals(11, named.evidence().get("timeStep"));
    }

    /** DL4J's own training tells what a run of the Trainer tells. */
    @Test
    void listenersHearWhatIsFiled(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("health.jsonl");
        List<RunEvent> told = new ArrayList<>();
        MultiLayerNetwork network = new MultiLayerNetwork(settings(0.1)
                .list()
                .layer(new LSTM.Builder().nIn(3).nOut(7).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(7)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        network.setListeners(new GradientHealth(RunFiles.defaults(HealthSpec.class, "every=2", "histograms=4"), file)
                .listener(told::add));
        for (int step = 0; step < 5; step++) {
            network.fit(new DataSet(Nd4j.randn(5, 3, 9), Nd4j.randn(5, 1, 9)));
        }
        Files.writeString(folder.resolve("metrics.jsonl"), "");
        List<RunEvent> filed = new ArrayList<>();
        RunLogReader.read(folder, filed::add);
        assertEquals(filed, told);
        assertEquals(3, told.stream().filter(Look.class::isInstance).count());
        assertEquals(2, told.stream().filter(Distributions.class::isInstance).count());
    }

    /** DL4J clips in the same array, after the listener has seen it. */
    @Test
    void histogramsAreOfTheStepsOwnTensors(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("health.jsonl");
        MultiLayerNetwork network = new MultiLayerNetwork(settings(0.1)
                .gradientNormalization(GradientNormalization.ClipElementWiseAbsoluteValue)
                .gradientNormalizationThreshold(1e-3)
                .list()
                .layer(new LSTM.Builder().nIn(3).nOut(7).build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(7)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        network.setListeners(new GradientHealth(RunFiles.defaults(HealthSpec.class, "every=2", "histograms=4"), file));
        INDArray first = network.params().dup();
        for (int step = 0; step < 5; step++) {
            network.fit(new DataSet(Nd4j.randn(5, 3, 9), Nd4j.randn(5, 1, 9)));
        }
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(new ObjectMapper().readTree(line));
        }
        List<String> kinds = rows.stream().map(row -> row.get("kind").asText()).toList();
        assertEquals(List.of("distributions", "look", "look", "distributions", "look"), kinds);
        double weights = 0;
        double gradients = 0;
        for (JsonNode tensor : rows.get(0).get("tensors")) {
            double squares = tensor.get("values").get("squares").asDouble();
            weights += tensor.get("kind").asText().equals("WEIGHT") ? squares : 0;
            gradients += tensor.get("kind").asText().equals("GRADIENT") ? squares : 0;
        }
        assertEquals(first.norm2Number().doubleValue(), Math.sqrt(weights), 1e-4);
        double norm = rows.get(1).get("gradientNorm").asDouble();
        assertEquals(norm, Math.sqrt(gradients), 1e-4 * norm);
        assertEquals(12, rows.get(1).get("gates").size());
        assertEquals(0, rows.get(2).get("gates").size());
        JsonNode outputs = rows.get(0).get("tensors").get(10);
        assertEquals("ACTIVATION", outputs.get("kind").asText());
        long count = 0;
        for (JsonNode bin : outputs.get("values").get("counts")) {
            count += bin.asLong();
        }
        assertEquals(5 * 7 * 9, count);
    }

    @Test
    void trainingIsTheSameToTheBit(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("health.jsonl");
        INDArray[] parameters = new INDArray[2];
        for (int i = 0; i < 2; i++) {
            MultiLayerNetwork network = new MultiLayerNetwork(settings(0.1)
                    .list()
                    .layer(new DenseLayer.Builder()
                            .nIn(UNITS)
                            .nOut(9)
                            .dropOut(0.5)
                            .activation(Activation.TANH)
                            .build())
                    .layer(new BatchNormalization.Builder().nOut(9).build())
                    .layer(output(9))
                    .build());
            network.init();
            DataSet data = flat();
            Nd4j.getRandom().setSeed(77);
            if (i == 1) {
                network.setListeners(new GradientHealth(SPEC, file));
            }
            for (int step = 0; step < 5; step++) {
                network.fit(data);
            }
            parameters[i] = network.params();
        }
        assertArrayEquals(parameters[0].toDoubleVector(), parameters[1].toDoubleVector());
        List<String> lines = Files.readAllLines(file);
        assertEquals(6, lines.size());
        assertEquals(
                "distributions",
                new ObjectMapper().readTree(lines.get(0)).get("kind").asText());
        var row = new ObjectMapper().readTree(lines.get(5));
        assertEquals("look", row.get("kind").asText());
        assertEquals(2, row.get("layers").size());
        assertTrue(row.get("parameters").get(0).get("updateRatio").asDouble() > 0);
    }
}
