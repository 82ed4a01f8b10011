package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.clip.GlobalNormClipping;
import org.steadygrad.clip.GradientClipping;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Health and clipping as listeners of one network, in any order. */
class ListenerOrderTest {
    private static final int IN = 4;
    private static final int OUT = 3;
    private static final int BATCH = 5;
    private static final double MAX_NORM = 0.25;

    private record Case(boolean graph, boolean clippingFirst, GradientNormalization beside) {}

    static Stream<Case> cases() {
        return Stream.of(
                        GradientNormalization.None,
                        GradientNormalization.RenormalizeL2PerLayer,
                        GradientNormalization.ClipElementWiseAbsoluteValue)
                .flatMap(beside -> Stream.of(true, false).flatMap(graph -> Stream.of(true, false)
                        .map(clippingFirst -> new Case(graph, clippingFirst, beside))));
    }

    private static Model linear(Case setting) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .gradientNormalization(setting.beside())
                .gradientNormalizationThreshold(0.01)
                .list()
                .layer(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(IN)
                        .nOut(OUT)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        network.init();
        return setting.graph() ? network.toComputationGraph() : network;
    }

    private static void attach(Model model, boolean clippingFirst, GradientHealth health, TrainingListener clipping) {
        TrainingListener[] listeners =
                clippingFirst ? new TrainingListener[] {clipping, health} : new TrainingListener[] {health, clipping};
        if (model instanceof MultiLayerNetwork network) {
            network.setListeners(listeners);
        } else {
            ((ComputationGraph) model).setListeners(listeners);
        }
    }

    private static void fit(Model model, DataSet batch) {
        if (model instanceof MultiLayerNetwork network) {
            network.fit(batch);
        } else {
            ((ComputationGraph) model).fit(batch);
        }
    }

    private static DataSet batch(long seed, long... time) {
        Random random = new Random(seed);
        long[] inputs = time.length == 0 ? new long[] {BATCH, IN} : new long[] {BATCH, IN, time[0]};
        long[] labels = time.length == 0 ? new long[] {BATCH, OUT} : new long[] {BATCH, OUT, time[0]};
        return new DataSet(uniform(random, inputs), uniform(random, labels));
    }

    private static INDArray uniform(Random random, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 4 * random.nextFloat() - 2;
        }
        return Nd4j.create(values, shape, 'c');
    }

    /** Norm of the gradient of the mean over the batch of the mean squared error of x W + b, by its formula, in double. */
    private static double normByFormula(Model model, DataSet batch) {
        INDArray w = model.getParam("0_W");
        INDArray b = model.getParam("0_b");
        double[][] gradient = new double[IN + 1][OUT];
        for (int n = 0; n < BATCH; n++) {
            for (int o = 0; o < OUT; o++) {
                double error = b.getDouble(o) - batch.getLabels().getDouble(n, o);
                for (int i = 0; i < IN; i++) {
                    error += batch.getFeatures().getDouble(n, i) * w.getDouble(i, o);
                }
                double slope = 2 * error / OUT / BATCH;
                gradient[IN][o] += slope;
                for (int i = 0; i < IN; i++) {
                    gradient[i][o] += slope * batch.getFeatures().getDouble(n, i);
                }
            }
        }
        return Math.sqrt(Arrays.stream(gradient)
                .flatMapToDouble(Arrays::stream)
                .map(g -> g * g)
                .sum());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bothNormsAreThoseOfTheFormula(Case setting, @TempDir Path folder) throws IOException {
        Model model = linear(setting);
        Path file = folder.resolve("health.jsonl");
        GradientClipping clipping = new GlobalNormClipping(MAX_NORM);
        try (GradientHealth health = new GradientHealth(RunFiles.defaults(HealthSpec.class, "every=1"), file)) {
            attach(model, setting.clippingFirst(), health, clipping);
            DataSet batch = batch(7);
            double norm = normByFormula(model, batch);
            assertTrue(norm > 4 * MAX_NORM, "the case has to be clipped: " + norm);
            fit(model, batch);
            assertEquals(norm, health.summary().medianGradientNorm(), 1e-5 * norm);
            assertEquals(MAX_NORM, health.summary().medianClippedNorm().orElseThrow(), 1e-5);
            String text = health.summary().text();
            assertTrue(text.contains("gradient norm " + Finding.number(norm)), text);
            assertTrue(text.contains("after clipping 0.25"), text);
        }
        JsonNode look = lines(file).stream()
                .filter(line -> line.get("kind").asText().equals("look"))
                .findFirst()
                .orElseThrow();
        assertEquals(
                MAX_NORM / look.get("gradientNorm").asDouble(),
                look.get("clipScale").asDouble(),
                1e-5);
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(new ObjectMapper().readTree(line));
        }
        return rows;
    }

    /** Histograms, windows of truncated back-propagation, steps that are left out and what the updater made of all that. */
    @Test
    void theLogIsTheSameInBothOrders(@TempDir Path folder) throws IOException {
        for (boolean graph : new boolean[] {false, true}) {
            List<List<JsonNode>> logs = new ArrayList<>();
            for (boolean clippingFirst : new boolean[] {false, true}) {
                Path file = folder.resolve(graph + "-" + clippingFirst + ".jsonl");
                Model model = recurrent(graph);
                GradientClipping clipping = GradientClipping.of(new ClipSpec.Value(1e-3));
                try (GradientHealth health =
                        new GradientHealth(RunFiles.defaults(HealthSpec.class, "every=2", "histograms=4"), file)) {
                    attach(model, clippingFirst, health, clipping);
                    for (int step = 0; step < 5; step++) {
                        DataSet batch = batch(step, 6);
                        if (step == 3) {
                            batch.getFeatures().putScalar(new int[] {1, 2, 0}, Double.NaN);
                        }
                        fit(model, batch);
                    }
                    assertTrue(clipping.skippedSteps() > 0);
                    assertEquals(clipping.skippedSteps(), health.summary().skippedSteps());
                    double clipped = clipping.lastResult().orElseThrow().normAfter();
                    assertTrue(health.summary().medianClippedNorm().orElseThrow() < 2 * clipped);
                }
                logs.add(lines(file));
            }
            assertEquals(logs.get(0), logs.get(1));
            JsonNode left = logs.get(0).stream()
                    .filter(line -> line.get("kind").asText().equals("look"))
                    .filter(line -> !line.get("applied").asBoolean())
                    .findFirst()
                    .orElseThrow();
            left.get("parameters")
                    .forEach(parameter ->
                            assertEquals(0.0, parameter.get("updateRatio").asDouble()));
        }
    }

    private static Model recurrent(boolean graph) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(0.01))
                .list()
                .layer(new SimpleRnn.Builder()
                        .nIn(IN)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(6)
                        .nOut(OUT)
                        .activation(Activation.IDENTITY)
                        .build())
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(3)
                .build());
        network.init();
        return graph ? network.toComputationGraph() : network;
    }

    @Test
    void severalClippingsAreToldTogether() {
        Model model = linear(new Case(false, false, GradientNormalization.None));
        GradientClipping second = new GlobalNormClipping(MAX_NORM / 2);
        GradientHealth health = new GradientHealth();
        ((MultiLayerNetwork) model).setListeners(new GlobalNormClipping(MAX_NORM), health, second);
        double norm = normByFormula(model, batch(7));
        fit(model, batch(7));
        assertEquals(norm, health.summary().medianGradientNorm(), 1e-5 * norm);
        assertEquals(MAX_NORM / 2, health.summary().medianClippedNorm().orElseThrow(), 1e-5);
        assertFalse(health.summary().text().contains("after clipping 0.25"));
    }

    /** A copy of a graph that shares its list of listeners takes them away from it. */
    @Test
    void aGraphKeepsItsListeners() {
        ComputationGraph graph = (ComputationGraph) linear(new Case(true, false, GradientNormalization.None));
        List<INDArray> seen = new ArrayList<>();
        graph.setListeners(new GradientHealth(), new BaseTrainingListener() {
            @Override
            public void onBackwardPass(Model model) {
                seen.add(model.getGradientsViewArray().dup());
            }
        });
        for (int step = 0; step < 3; step++) {
            graph.fit(batch(step));
        }
        assertEquals(3, seen.size());
        assertEquals(2, graph.getListeners().size());
    }

    @Test
    void withoutClippingThereIsOneNorm() {
        Model model = linear(new Case(true, false, GradientNormalization.None));
        GradientHealth health = new GradientHealth();
        ((ComputationGraph) model).setListeners(health);
        fit(model, batch(7));
        assertTrue(health.summary().medianClippedNorm().isEmpty());
        assertFalse(health.summary().text().contains("clipping"));
    }
}
