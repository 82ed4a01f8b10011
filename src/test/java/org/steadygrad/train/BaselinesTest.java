package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;

/** What guessing gives, against the numbers that {@code baselines.py} has from scikit-learn and pandas. */
class BaselinesTest {
    private static final int ROWS = 100;
    private static final int TRAINED = 70;

    @TempDir
    private Path folder;

    private static ComputationGraph graph(InputType input, Layer... layers) {
        var builder = new NeuralNetConfiguration.Builder()
                .seed(1)
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

    private static ComputationGraph rows(int outputs, LossFunction loss, Activation activation) {
        return graph(
                InputType.feedForward(1),
                new OutputLayer.Builder(loss)
                        .nOut(outputs)
                        .activation(activation)
                        .build());
    }

    /** The first rows to train on and the rest for validation, in batches that don't divide them. */
    private static DataSource split(INDArray labels, INDArray weights) {
        return DataSources.of(
                new ExistingDataSetIterator(batches(labels, weights, 0, TRAINED)),
                new ExistingDataSetIterator(batches(labels, weights, TRAINED, ROWS)));
    }

    private static List<DataSet> batches(INDArray labels, INDArray weights, int from, int to) {
        return IntStream.iterate(from, i -> i < to, i -> i + 16)
                .mapToObj(i -> {
                    var part = NDArrayIndex.interval(i, Math.min(to, i + 16));
                    INDArray own = labels.get(part, NDArrayIndex.all()).dup();
                    INDArray mask = weights == null
                            ? null
                            : weights.get(part, NDArrayIndex.all()).dup();
                    return new DataSet(Nd4j.zeros(DataType.FLOAT, own.size(0), 1), own, null, mask);
                })
                .toList();
    }

    private static INDArray column(IntToDoubleFunction weight) {
        return Nd4j.createFromArray(IntStream.range(0, ROWS).mapToDouble(weight).toArray())
                .castTo(DataType.FLOAT)
                .reshape(ROWS, 1);
    }

    private static INDArray classes() {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, 4);
        for (int i = 0; i < ROWS; i++) {
            labels.putScalar(i, (i * i + i / 3) % 4, 1);
        }
        return labels;
    }

    private static double number(int row, int target) {
        return target == 0 ? Math.sin(row) + row / 40.0 : (row * 7 % 11) * (row * 7 % 11) / 10.0;
    }

    private static INDArray numbers() {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, 2);
        for (int i = 0; i < ROWS; i++) {
            labels.putScalar(i, 0, number(i, 0));
            labels.putScalar(i, 1, number(i, 1));
        }
        return labels;
    }

    private static Baseline only(ComputationGraph model, DataSource data) {
        List<Baseline> all = Guessing.of(model, data).baselines().all();
        assertEquals(1, all.size());
        return all.get(0);
    }

    @Test
    void classesByTheirShares() {
        Baseline plain = only(rows(4, LossFunction.MCXENT, Activation.SOFTMAX), split(classes(), column(i -> 1)));
        assertEquals("guessing by the shares of the classes", plain.name());
        assertEquals(1.32584686072137, plain.trainingLoss(), 1e-12);
        assertEquals(1.3315975600065586, plain.validationLoss(), 1e-12);
        assertEquals(0.3, plain.validation().get("accuracy"), 1e-12);
        Baseline weighted =
                only(rows(4, LossFunction.MCXENT, Activation.SOFTMAX), split(classes(), column(i -> 1 + i % 3)));
        assertEquals(1.327325109638053, weighted.trainingLoss(), 1e-12);
        assertEquals(1.3335636450104569, weighted.validationLoss(), 1e-12);
        assertEquals(0.2833333333333333, weighted.validation().get("accuracy"), 1e-12);
    }

    /** A class that only validation has counts as if it had been seen once more, not as impossible. */
    @Test
    void aClassThatTrainingNeverShowsIsNoneThatCannotBe() {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, ROWS, 2);
        for (int i = 0; i < ROWS; i++) {
            labels.putScalar(i, i < 99 ? 0 : 1, 1);
        }
        Baseline found = only(rows(2, LossFunction.MCXENT, Activation.SOFTMAX), split(labels, null));
        // logarithms of 70/71 and 1/71, made to add up to 1
        assertEquals(-(29 * Math.log(70 / 71.0) + Math.log(1 / 71.0)) / 30, found.validationLoss(), 1e-12);
    }

    @Test
    void numbersByTheirMeanOrMedian() {
        Baseline mean = only(rows(2, LossFunction.MSE, Activation.IDENTITY), split(numbers(), null));
        assertEquals("guessing the mean", mean.name());
        assertEquals(5.884324351301786, mean.trainingLoss(), 1e-5);
        assertEquals(6.145950752618827, mean.validationLoss(), 1e-5);
        assertEquals(2.0092566483743894, mean.validation().get("mae"), 1e-5);
        // whatever the activation function
        assertEquals(
                6.145950752618827,
                only(rows(2, LossFunction.MSE, Activation.SOFTPLUS), split(numbers(), null))
                        .validationLoss(),
                1e-5);
        Baseline median = only(rows(2, LossFunction.MEAN_ABSOLUTE_ERROR, Activation.IDENTITY), split(numbers(), null));
        assertEquals("guessing the median", median.name());
        assertEquals(1.7311767473259552, median.trainingLoss(), 1e-6);
        assertEquals(1.9471679778541326, median.validationLoss(), 1e-6);
    }

    private static DataSet keys(int first, int... lengths) {
        int longest = Arrays.stream(lengths).max().orElseThrow();
        INDArray labels = Nd4j.valueArrayOf(new long[] {lengths.length, 3, longest}, Double.NaN, DataType.FLOAT);
        INDArray mask = Nd4j.zeros(DataType.FLOAT, lengths.length, longest);
        int row = first;
        for (int i = 0; i < lengths.length; i++) {
            for (int t = 0; t < lengths[i]; t++, row++) {
                mask.putScalar(i, t, 1);
                labels.putScalar(new int[] {i, 0, t}, row % 2);
                labels.putScalar(new int[] {i, 1, t}, row * row % 3 == 1 ? 1 : 0);
                labels.putScalar(new int[] {i, 2, t}, row % 5 > 2 ? 1 : 0);
            }
        }
        return new DataSet(Nd4j.zeros(DataType.FLOAT, lengths.length, 1, longest), labels, mask, mask.dup());
    }

    @Test
    void keysByStepsThatAreThere() {
        DataSource data = DataSources.of(
                new ExistingDataSetIterator(List.of(keys(0, 5, 5, 3))),
                new ExistingDataSetIterator(List.of(keys(13, 4))));
        Baseline found = only(
                graph(
                        InputType.recurrent(1),
                        new LSTM.Builder().nOut(2).build(),
                        new RnnOutputLayer.Builder(LossFunction.XENT)
                                .nOut(3)
                                .activation(Activation.SIGMOID)
                                .build()),
                data);
        assertEquals("guessing by how often each key is on", found.name());
        assertEquals(1.9737058881638214, found.trainingLoss(), 1e-12);
        assertEquals(2.072313159646469, found.validationLoss(), 1e-12);
    }

    private RunSpec forecast(String... more) throws IOException {
        String rows = IntStream.range(0, 240)
                .mapToObj(t -> String.valueOf(
                        Math.round(1000 * (10 * Math.sin(2 * Math.PI * t / 12) + t / 20.0 + 3 * Math.sin(7.3 * t)))
                                / 1000.0))
                .collect(Collectors.joining("\n"));
        Path file = Files.writeString(folder.resolve("y.csv"), "y\n" + rows + "\n");
        return TinyRun.spec(
                """
                name: tiny
                data: {kind: csv, path: %s, task: forecasting, target: [y], inputs: [y], window: 12, horizon: 3, validation: 0.2, transform: none}
                model: {layers: [{gru: {units: 2}}, {output: {loss: meanSquaredError}}]}
                training: {batch: 4, iterations: 3}
                engine: cpu
                """
                        .formatted(file),
                more);
    }

    private static Map<String, Double> byName(List<Baseline> all) {
        return all.stream().collect(Collectors.toMap(Baseline::name, Baseline::validationLoss));
    }

    @Test
    void seriesByWhatTheyWereBefore() throws IOException {
        RunSpec run = forecast();
        RunResult result =
                TinyRun.trainer(run, TinyRun.source(run), folder.resolve("run")).run();
        Map<String, Double> found = byName(result.baselines().all());
        assertEquals(1.78095788351584, found.get("repeating the last value (persistence)"), 1e-5);
        assertEquals(
                0.016227844751402643, found.get("repeating the value of 12 steps before (seasonal persistence)"), 1e-6);
        assertEquals(1.0473998225199936, found.get("exponential smoothing with alpha 0.05"), 1e-5);
        // fitted to the windows of one epoch, which leave a row or two out
        assertEquals(1.4077026352046254, found.get("guessing the mean"), 0.1);
        assertEquals(
                "repeating the value of 12 steps before (seasonal persistence)",
                result.baselines().best().orElseThrow().name());
        assertTrue(result.gain().clearlyWorse(), "after 3 steps");
        assertEquals(
                0.016227844751402643 - result.validation().get("loss"),
                result.gain().loss(),
                1e-6);
    }

    /** Of differences from the last value, that is what differences of 0 say, and the network's scale is that of differences. */
    @Test
    void differencesOfNothingAreTheLastValue() throws IOException {
        for (String forecast : List.of("step", "path")) {
            RunSpec run = forecast("data.transform=difference", "data.forecast=" + forecast, "data.stride=1");
            Map<String, Double> found =
                    byName(Guessing.of(Runs.buildModel(run, TinyRun.source(run)), TinyRun.source(run))
                            .baselines()
                            .all());
            double last = found.get("repeating the last value (persistence)");
            assertEquals(last, found.get("differences of 0 from what the series is told from (data.transform)"), 1e-6);
            assertEquals(1, last, 0.1, "as in training, whose mean square is 1");
            assertTrue(found.get("repeating the value of 12 steps before (seasonal persistence)") < 0.1 * last);
        }
    }

    /** A path of 3 values is said to be the last one, and of each series on its own. */
    @Test
    void pathsByTheLastValue() throws IOException {
        RunSpec run = forecast("data.forecast=path", "data.stride=1");
        Optional<Baseline> last =
                Guessing.of(Runs.buildModel(run, TinyRun.source(run)), TinyRun.source(run)).baselines().all().stream()
                        .filter(found -> found.name().contains("(persistence)"))
                        .findFirst();
        double[] y = Files.readAllLines(folder.resolve("y.csv")).stream()
                .skip(1)
                .mapToDouble(Double::parseDouble)
                .toArray();
        double mean = Arrays.stream(y, 0, 192).average().orElseThrow();
        double variance = Arrays.stream(y, 0, 192)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElseThrow();
        double sum = 0;
        int count = 0;
        for (int origin = 191; origin + 3 < 240; origin++) {
            for (int ahead = 1; ahead <= 3; ahead++, count++) {
                sum += (y[origin + ahead] - y[origin]) * (y[origin + ahead] - y[origin]) / variance;
            }
        }
        assertEquals(sum / count, last.orElseThrow().validationLoss(), 1e-5);
    }

    /** Rows one by one, and two at a time. */
    @Test
    void theNoiseIsTheStandardErrorOverBlocks() {
        Gain few = gain(40);
        assertEquals(3.068672543822122, few.loss(), 1e-12);
        assertEquals(0.5463564718414382, few.noise(), 1e-12);
        Gain more = gain(100);
        assertEquals(2.2237080537255065, more.loss(), 1e-12);
        assertEquals(0.282517423079448, more.noise(), 1e-12);
        assertTrue(more.clear());
        assertTrue(Double.isNaN(gain(1).noise()));
        assertFalse(gain(1).clear(), "of a single row there is no noise to tell");
    }

    private static Gain gain(int rows) {
        LossBlocks model = new LossBlocks();
        LossBlocks guess = new LossBlocks();
        for (int i = 0; i < rows; i++) {
            model.add(1, number(i, 0));
            guess.add(1, number(i, 1));
        }
        return model.gainOver(guess);
    }
}
