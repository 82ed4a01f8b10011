package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.forensics.ReplayBundle;
import org.steadygrad.forensics.Reproduction;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.RunSpec;

/** Runs that go wrong for a known reason: it is named, filed, and found again in the file. */
class ForensicsRunTest {
    private static final String YAML =
            """
            name: forensics
            data: {kind: adding, length: 7, examples: 80, validationExamples: 9}
            model: {layers: [gru: {units: 6}]}
            training: {batch: 8, epochs: 1, guard: off, updater: {sgd: {learningRate: 0.01}}, clip: none}
            """;

    private static final String WINDOWS =
            "data={kind: csv, path: 'builtin:mackey-glass.csv', task: forecasting, target: [x], window: 20}";

    @TempDir
    Path folder;

    private RunResult result;

    private void run(RunSpec run, DataSource source) {
        result = TinyRun.trainer(run, source, folder).run();
    }

    private List<Map<String, Object>> skips() throws IOException {
        return TinyRun.rows(folder.resolve("metrics.jsonl")).stream()
                .filter(row -> "SKIPPED".equals(row.get("event")))
                .toList();
    }

    private Map<String, Object> firstSkip() throws IOException {
        return skips().get(0);
    }

    /** Cause and message of the first skipped step, after its bundle was replayed. */
    private String cause() throws IOException {
        Map<String, Object> skip = firstSkip();
        Path bundle = folder.resolve(skip.get("bundle").toString());
        ReplayBundle read = ReplayBundle.read(bundle);
        Reproduction again = read.replay(read.request());
        assertTrue(again.reproduced(), () -> again.found() + " was " + again.recorded());
        assertEquals(skip.get("cause"), again.found().cause());
        Finding finding = result.findings().stream()
                .filter(f -> f.id().equals("non-finite"))
                .findFirst()
                .orElseThrow();
        String message = skip.get("message").toString();
        assertHas(message, finding.message().substring(finding.message().indexOf(". ") + 2));
        return skip.get("cause") + ": " + message;
    }

    private static void assertHas(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "\"" + part + "\" isn't in: " + text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void nanInAnIteratorIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(YAML, "engine=" + engine);
        Consumer<MultiDataSet> nan = batch -> batch.getFeatures(0).putScalar(new long[] {3, 1, 5}, Double.NaN);
        run(run, new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 7, nan));
        assertHas(
                cause(),
                "bad-input",
                "example 3 of batch 7, feature 1, time step 5 is NaN",
                "layer input",
                "time step 5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void nanLabelIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(YAML, "engine=" + engine);
        Consumer<MultiDataSet> nan = batch -> batch.getLabels(0).putScalar(new long[] {2, 0}, Double.POSITIVE_INFINITY);
        run(run, new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 3, nan));
        assertHas(cause(), "bad-input", "Bad label: example 2 of batch 3, label 0 is Infinity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void hugeCellIsNamedByLineAndColumn(String engine) throws IOException {
        StringBuilder csv = new StringBuilder("time,temp,y\n");
        for (int i = 0; i < 60; i++) {
            csv.append(i % 7)
                    .append(',')
                    .append(i == 15 ? "3e30" : String.valueOf(i % 5))
                    .append(',')
                    .append(i % 3)
                    .append('\n');
        }
        Path file = Files.writeString(folder.resolve("table.csv"), csv);
        RunSpec run = TinyRun.spec(
                YAML,
                "engine=" + engine,
                "data={kind: csv, path: '" + file + "', task: forecasting, target: [y], window: 5, normalization: none,"
                        + " validation: 0}",
                "model.layers=[dense: {units: 5}, dense: {units: 4}]",
                "training.batch=3");
        run(run, TinyRun.source(run));
        assertHas(cause(), "bad-input", file + ", line 17, column \"temp\" is 3.0e+30", "the step is finite");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void learningRateIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(
                YAML,
                "engine=" + engine,
                "model.layers=[dense: {units: 9}, dense: {units: 9}, pool: {kind: average}]",
                "training.epochs=3",
                "training.updater={sgd: {learningRate: 300}}");
        run(run, TinyRun.source(run));
        assertHas(cause(), "learning-rate", "The latest updates explain it", "learning rate is too high");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void recurrentGrowthIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(
                YAML,
                "engine=" + engine,
                "data.length=140",
                "training.iterations=1",
                "model.layers=[rnn: {units: 6, activation: relu}]");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        model.getLayer("rnn1").getParam("RW").assign(Nd4j.eye(6).muli(3));
        result = TinyRun.trainer(run, model, source, folder).run();
        assertHas(cause(), "recurrent-growth", "factor of 3", "per time step", "rnn1");
    }

    /** The state stays in range, and its gradient doesn't. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void recurrentGrowthOfTheGradientIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(
                YAML,
                "engine=" + engine,
                "data.length=140",
                "training.iterations=1",
                "model.layers=[rnn: {units: 6, activation: tanh}]");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        model.getLayer("rnn1").getParam("RW").assign(Nd4j.eye(6).muli(3));
        model.getLayer("rnn1").getParam("W").assign(0);
        result = TinyRun.trainer(run, model, source, folder).run();
        assertHas(cause(), "recurrent-growth", "factor of 3", "per time step back", "rnn1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void productIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(
                YAML,
                "engine=" + engine,
                "training.iterations=1",
                "model.layers=[dense: {units: 9}, dense: {units: 7}, dense: {units: 5}, pool: {kind: average}]");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        for (String layer : List.of("dense1", "dense2", "dense3")) {
            model.getLayer(layer).getParam("W").assign(1e14);
        }
        result = TinyRun.trainer(run, model, source, folder).run();
        assertHas(cause(), "product-overflow", "activations of dense3 reach", "No update has been made yet");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void nanParameterIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(YAML, "engine=" + engine, "training.iterations=1");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        model.getLayer("gru1").getParam("RW").putScalar(new long[] {2, 3}, Float.NaN);
        String message = assertThrows(InvalidInputException.class, () -> TinyRun.trainer(run, model, source, folder)
                        .run())
                .getMessage();
        assertHas(message, "NaN or infinity in 1 of 108 elements of gru1_RW (NaN)");
        assertEquals("non-finite-parameter", firstSkip().get("cause"));
        assertHas(
                firstSkip().get("message").toString(),
                "first in the parameter RW of layer gru1",
                "Parameter gru1_RW holds NaN",
                "1 of its 108 elements");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void nanInAnUpdatersStateIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(
                YAML, "engine=" + engine, "training.iterations=1", "training.updater={adam: {learningRate: 0.01}}");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        int second =
                (int) (model.numParams() + model.getLayer("gru1").getParam("W").length());
        model.getUpdater().getStateViewArray().putScalar(second, Float.NEGATIVE_INFINITY);
        String message = assertThrows(InvalidInputException.class, () -> TinyRun.trainer(run, model, source, folder)
                        .run())
                .getMessage();
        String place = "updater state v of parameter RW (1 of 108 elements) of layer gru1";
        assertHas(message, "NaN or infinity in " + place);
        assertEquals("non-finite-state", firstSkip().get("cause"));
        assertHas(firstSkip().get("message").toString(), "first in the " + place, "holds -Infinity before the step");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void anUpdateThatOverflowsIsNamed(String engine) {
        RunSpec run = TinyRun.spec(
                YAML, "engine=" + engine, "training.iterations=2", "training.updater={sgd: {learningRate: 1e300}}");
        result = TinyRun.trainer(run, TinyRun.source(run), folder).run();
        assertEquals(2, result.skippedSteps());
        Finding first = result.findings().get(0);
        assertEquals("non-finite", first.id());
        assertHas(first.message(), "Loss and gradient are finite", "but the update that comes of it isn't");
    }

    /** The same outputs, but the loss takes no logarithm of them, since a softmax made them: nothing is the matter. */
    @Test
    void logarithmsOfSoftmaxComeFromLogits() throws IOException {
        runVectors(Activation.TANH, Activation.SOFTMAX, -200);
        assertEquals(0, result.skippedSteps());
        assertTrue(Double.isFinite(result.trainLoss()));
    }

    @Test
    void logarithmOfZeroIsNamed() throws IOException {
        runVectors(Activation.TANH, Activation.SIGMOID, -1000);
        assertHas(cause(), "log-of-zero", "output 0 of output is", "where the label is 1", "example 0 of batch 0");
    }

    /** The state that the third window starts from is 0 only if the two before it are forgotten. */
    @Test
    void growthOverWindowsOfTruncatedBpttIsFollowed() throws IOException {
        RunSpec run = TinyRun.spec(
                YAML,
                WINDOWS,
                "engine=cpu",
                "training.updater={sgd: {learningRate: 1e-30}}",
                "training.truncatedBptt=5",
                "training.iterations=2",
                "model.layers=[rnn: {units: 5, activation: relu}]");
        DataSource source = TinyRun.source(run);
        ComputationGraph model = Runs.buildModel(run, source);
        model.getLayer("rnn1").getParam("RW").assign(Nd4j.eye(5).muli(1e7));
        model.getLayer("output").getParam("W").assign(0);
        result = TinyRun.trainer(run, model, source, folder).run();
        assertHas(cause(), "recurrent-growth", "layer rnn1 at time step 1 of the window, 6 of the sequence");
        assertEquals(2, firstSkip().get("iteration"));
        ReplayBundle read = ReplayBundle.read(folder.resolve("replay/iteration-2.zip"));
        assertEquals(1, read.step().before().size());
        assertEquals(5, read.step().position().firstTimeStep());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void cellInALaterWindowIsNamedByItsLine(String engine) throws IOException {
        StringBuilder csv = new StringBuilder("x\n");
        for (int i = 0; i < 41; i++) {
            csv.append(i == 18 ? "1e33" : String.valueOf(i % 5)).append('\n');
        }
        Path file = Files.writeString(folder.resolve("table.csv"), csv);
        RunSpec run = TinyRun.spec(
                YAML,
                "engine=" + engine,
                "data={kind: csv, path: '" + file
                        + "', task: forecasting, target: [x], window: 20, normalization: none," + " validation: 0}",
                "model.layers=[dense: {units: 5}, dense: {units: 4}, gru: {units: 3}]",
                "training.truncatedBptt=6",
                "training.batch=2");
        run(run, TinyRun.source(run));
        assertHas(cause(), "bad-input", file + ", line 20, column \"x\" is 1.0e+33");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void badBatchAmongAccumulatedOnesIsNamed(String engine) throws IOException {
        RunSpec run = TinyRun.spec(YAML, "engine=" + engine, "training.accumulate=3");
        run(run, new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 4, Disturbed.nanFrom(2)));
        assertHas(cause(), "example 0 of batch 4, feature 0, time step 2 is NaN, and 9 more");
    }

    @Test
    void atMostThreeStepsAreFiled() throws IOException {
        RunSpec run = TinyRun.spec(YAML);
        run(run, new Disturbed(TinyRun.source(run), (epoch, batch) -> batch % 2 == 1, Disturbed.nanFrom(0)));
        assertEquals(5, result.skippedSteps());
        assertEquals(List.of("iteration-2.zip", "iteration-4.zip", "iteration-6.zip"), bundles());
        List<Map<String, Object>> skips = skips();
        assertEquals("unknown", skips.get(3).get("cause"));
        assertHas(skips.get(3).get("message").toString(), "layer input", "time step 0");
        assertFalse(skips.get(4).containsKey("bundle"));
    }

    /** Bundles of steps that a resumed run does again don't count. */
    @Test
    void resumedRunFilesWhatAnUninterruptedOneFiles() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "training.epochs=2", "training.guard=auto");
        DataSource source = new Disturbed(
                TinyRun.source(run), (epoch, batch) -> batch == 3 || batch == 7 || batch == 9, Disturbed.nanFrom(1));
        TinyRun.trainer(run, source, folder.resolve("whole")).run();
        Path parts = folder.resolve("parts");
        TinyRun.StopAt stop = new TinyRun.StopAt(6);
        TinyRun.trainer(run, source, parts)
                .listener(stop)
                .stopSignal(stop.signal)
                .run();
        Files.copy(parts.resolve("replay/iteration-4.zip"), parts.resolve("replay/iteration-8.zip"));
        TinyRun.trainer(run, source, parts).resume(true).run();
        assertEquals(TinyRun.timelessMetrics(folder.resolve("whole")), TinyRun.timelessMetrics(parts));
        assertEquals(TinyRun.timelessResult(folder.resolve("whole")), TinyRun.timelessResult(parts));
    }

    @Test
    void runWithoutAFolderGetsTheWords() {
        RunSpec run = TinyRun.spec(YAML);
        DataSource source = new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 2, Disturbed.nanFrom(3));
        TinyRun.Notes notes = new TinyRun.Notes();
        Trainer.of(Runs.buildModel(run, source), source)
                .settings(LoopSettings.of(run))
                .listener(notes)
                .run();
        RunEvent.Skipped skip = notes.of(RunEvent.Skipped.class).get(0);
        assertHas(skip.message(), "example 0 of batch 2, feature 0, time step 3 is NaN");
        assertEquals(Optional.empty(), skip.bundle());
    }

    /** The steps around a bad one come to what they come to in a run that leaves its batch out of the sum. */
    @Test
    void lookingIntoAStepChangesNothing() throws IOException {
        RunSpec run = TinyRun.spec(YAML, "model.layers=[gru: {units: 6, dropout: 0.2}]", "training.updater=adam");
        Consumer<MultiDataSet> twice = batch -> {
            batch.getFeatures(0).putScalar(0, Double.NaN);
            batch.getLabels(0).putScalar(0, Double.NaN);
        };
        DataSource source = new Disturbed(TinyRun.source(run), (epoch, batch) -> batch == 4, twice);
        Path first = folder.resolve("first");
        Path later = folder.resolve("later");
        TinyRun.trainer(run, source, first).run();
        Files.createDirectories(later.resolve("replay"));
        for (int i = 1; i <= 3; i++) {
            Files.createFile(later.resolve("replay/iteration-" + i + ".zip"));
        }
        TinyRun.trainer(run, source, later).run();
        assertEquals(
                TinyRun.newest(first).model().params(),
                TinyRun.newest(later).model().params());
        assertEquals(
                TinyRun.newest(first).model().getUpdater().getStateViewArray(),
                TinyRun.newest(later).model().getUpdater().getStateViewArray());
    }

    private List<String> bundles() throws IOException {
        try (var files = Files.list(folder.resolve("replay"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /** A network that reads [batch, time, size] is told of in the same words as one that reads [batch, size, time]. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void sequencesOfEitherLayoutAreToldAlike(String engine) throws IOException {
        List<String> input = new ArrayList<>();
        List<String> label = new ArrayList<>();
        List<String> growth = new ArrayList<>();
        for (RNNFormat format : RNNFormat.values()) {
            runSequences(
                    engine, format, 1, features -> features.putScalar(new long[] {2, 1, 4}, Double.NaN), none -> {});
            input.add(cause());
            runSequences(engine, format, 1, none -> {}, labels -> labels.putScalar(new long[] {1, 0, 3}, Double.NaN));
            label.add(cause());
            runSequences(engine, format, 1e20, none -> {}, none -> {});
            growth.add(cause());
        }
        assertHas(input.get(0), "example 2 of batch 0, feature 1, time step 4 is NaN");
        assertHas(label.get(0), "example 1 of batch 0", "label 0", "time step 3");
        assertEquals(input.get(0), input.get(1));
        assertEquals(label.get(0), label.get(1));
        assertEquals(growth.get(0), growth.get(1));
    }

    /** @param scale of the recurrent weights */
    private void runSequences(
            String engine, RNNFormat format, double scale, Consumer<INDArray> features, Consumer<INDArray> labels)
            throws IOException {
        ComputationGraph model = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(1e-3))
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(InputType.recurrent(3, format))
                .addLayer(
                        "rnn",
                        new SimpleRnn.Builder()
                                .nOut(4)
                                .activation(Activation.RELU)
                                .dataFormat(format)
                                .build(),
                        "input")
                .addLayer(
                        "output",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .dataFormat(format)
                                .build(),
                        "rnn")
                .setOutputs("output")
                .build());
        model.init();
        model.getLayer("rnn").getParam("RW").muli(scale);
        INDArray x = Nd4j.linspace(-1, 1, 5 * 3 * 7, DataType.FLOAT).reshape(5, 3, 7);
        INDArray y = Nd4j.linspace(1, -1, 5 * 2 * 7, DataType.FLOAT).reshape(5, 2, 7);
        features.accept(x);
        labels.accept(y);
        boolean turn = format == RNNFormat.NWC;
        DataSet batch = turn
                ? new DataSet(x.permute(0, 2, 1).dup('c'), y.permute(0, 2, 1).dup('c'))
                : new DataSet(x, y);
        folder = Files.createTempDirectory(folder.getParent(), "run");
        result = Trainer.of(model, DataSources.of(new ExistingDataSetIterator(List.of(batch)), null))
                .engine(engine)
                .guard(new GuardSpec.Off(100))
                .epochs(1)
                .folder(folder)
                .run();
    }

    /** A network of two layers on inputs up to 1000. @param bias of the output */
    private void runVectors(Activation hidden, Activation output, double bias) {
        ComputationGraph model = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Sgd(1e-3))
                .graphBuilder()
                .addInputs("input")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nIn(4)
                                .nOut(6)
                                .activation(hidden)
                                .build(),
                        "input")
                .addLayer(
                        "output",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nIn(6)
                                .nOut(3)
                                .activation(output)
                                .biasInit(bias)
                                .build(),
                        "dense")
                .setOutputs("output")
                .validateOutputLayerConfig(false)
                .build());
        model.init();
        float[][] labels = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}, {0, 1, 0}};
        List<DataSet> batches = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            INDArray features =
                    Nd4j.linspace(-300 - i, 1000, 20, DataType.FLOAT).reshape(5, 4);
            batches.add(new DataSet(features, Nd4j.createFromArray(labels)));
        }
        result = Trainer.of(model, DataSources.of(new ExistingDataSetIterator(batches), null))
                .engine("dl4j")
                .guard(new GuardSpec.Off(100))
                .epochs(1)
                .folder(folder)
                .run();
    }
}
