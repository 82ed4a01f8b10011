package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSources;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.checkpoint.SavedFingerprint;

/** A run isn't resumed on other data, whatever kind of data it is. */
class OtherDataTest {
    private static final String MODEL =
            """
            model: {layers: [%s]}
            training: {batch: 4, epochs: 2, updater: {sgd: {learningRate: 0.01}}, guard: off}
            engine: cpu
            """;

    @TempDir
    Path folder;

    private RunSpec run(String data, String layers) {
        return TinyRun.spec("name: tiny\ndata: {" + data + "}\n" + MODEL.formatted(layers));
    }

    private RunResult train(RunSpec run, boolean resume) {
        return Runs.train(run, new Runs.Options(folder.resolve("run"), resume, RunListener.NONE, new StopSignal()));
    }

    private String refused(RunSpec run) throws IOException {
        byte[] model = Files.readAllBytes(folder.resolve("run/model.zip"));
        String message = assertThrows(InvalidInputException.class, () -> train(run, true))
                .getMessage();
        assertTrue(message.contains("expected the data that its checkpoint was trained on"), message);
        assertArrayEquals(model, Files.readAllBytes(folder.resolve("run/model.zip")), "the model must stay as it is");
        return message;
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void changedText() throws IOException {
        Path text = folder.resolve("text.txt");
        String original = "the cat sat on the mat. ".repeat(20);
        write("text.txt", original);
        RunSpec run = run(
                "kind: text, path: '" + text + "', sequenceLength: 8, validation: 0.1",
                "embedding: {size: 3}, gru: {units: 4}, output: {}");
        train(run, false);
        write("text.txt", original.replace('.', '~'));
        String symbols = refused(run);
        assertTrue(symbols.contains("its vocabulary: '~' (U+007E) is new, '.' (U+002E) is gone"), symbols);
        assertTrue(symbols.contains("have other numbers"), symbols);
        write("text.txt", original.replace("cat sat", "sat cat"));
        String content = refused(run);
        assertTrue(content.contains("the content of " + text + " (of the same size, 480 bytes)"), content);
        assertFalse(content.contains("vocabulary"), content);
        write("text.txt", original);
        assertTrue(train(run, true).completed());
    }

    @Test
    void changedTable() throws IOException {
        Path table = folder.resolve("table.csv");
        String layers = "gru: {units: 3}, output: {loss: meanSquaredError}";
        RunSpec run = run(
                "kind: csv, path: '" + table
                        + "', task: forecasting, target: [b], inputs: [a], window: 5, validation: 0.2",
                layers);
        write("table.csv", table("a,b", 0));
        train(run, false);
        write("table.csv", table("a,b", 1));
        String scaling = refused(run);
        assertTrue(scaling.contains("what was fitted to column a: mean "), scaling);
        write("table.csv", table("a,b", 0).replace("1,2\n", "1,2\n1,2\n"));
        assertTrue(refused(run).contains("table.csv"));
        write("table.csv", table("a,b", 0));
        assertTrue(train(run, true).completed());
    }

    private static String table(String head, int more) {
        StringBuilder rows = new StringBuilder(head).append('\n');
        for (int i = 0; i < 60; i++) {
            rows.append(i % 7 + (i == 11 ? more : 0)).append(',').append(i % 5).append('\n');
        }
        return rows.toString();
    }

    @Test
    void changedImages() throws IOException {
        images(0);
        RunSpec run = run(
                "kind: idx, images: '" + folder.resolve("images") + "', labels: '" + folder.resolve("labels")
                        + "', reading: flat, validation: 0.25",
                "dense: {units: 3}, output: {}");
        train(run, false);
        images(1);
        assertTrue(refused(run).contains("the content of " + folder.resolve("images")));
    }

    private void images(int more) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + 16 * 4);
        images.putInt(0x803).putInt(16).putInt(2).putInt(2);
        ByteBuffer labels = ByteBuffer.allocate(8 + 16);
        labels.putInt(0x801).putInt(16);
        for (int i = 0; i < 16; i++) {
            labels.put((byte) (i % 2));
            for (int pixel = 0; pixel < 4; pixel++) {
                images.put((byte) (i * pixel + (i == 9 ? more : 0)));
            }
        }
        Files.write(folder.resolve("images"), images.array());
        Files.write(folder.resolve("labels"), labels.array());
    }

    @Test
    void changedPianoRoll() throws IOException {
        Path roll = folder.resolve("roll.json");
        String layers = "gru: {units: 3}, output: {}";
        RunSpec run = run("kind: pianoRoll, path: '" + roll + "', keys: 5", layers);
        String original =
                "{\"train\":[[[0],[1],[2]],[[3],[4,0],[1]],[[1],[1],[2]],[[0],[],[4]]],\"valid\":[[[1],[2]]]}";
        write("roll.json", original);
        train(run, false);
        write("roll.json", original.replace("[4,0]", "[4,2]"));
        String content = refused(run);
        assertTrue(content.contains("the content of " + roll + " (of the same size, "), content);
        write("roll.json", original);
        assertTrue(train(run, true).completed());
    }

    /** A checkpoint that an earlier release wrote: with its data's description, but without a fingerprint. */
    @Test
    void checkpointWithoutAFingerprint() throws IOException {
        Path text = folder.resolve("text.txt");
        write("text.txt", "abcd. ".repeat(60));
        RunSpec run = run(
                "kind: text, path: '" + text + "', sequenceLength: 8, validation: 0.1",
                "embedding: {size: 3}, gru: {units: 4}, output: {}");
        train(run, false);
        Path checkpoints = folder.resolve("run/checkpoints");
        for (String name : TinyRun.checkpointNames(folder.resolve("run"))) {
            ModelFile.Content content = ModelFile.read(checkpoints.resolve(name));
            Map<String, byte[]> entries = new LinkedHashMap<>(content.entries());
            assertTrue(entries.remove("fingerprint.json") != null);
            ModelFile.write(checkpoints.resolve(name), content.graph(), entries);
        }
        write("text.txt", "abcd~ ".repeat(60));
        assertTrue(refused(run).contains("vocabulary"));
        write("text.txt", "abdc. ".repeat(60));
        List<String> told = warnings(() -> assertTrue(train(run, true).completed()));
        assertTrue(
                told.stream().anyMatch(line -> line.contains("whether its content is can't be compared")),
                "what isn't known can't be compared, and that is said: " + told);
    }

    private static List<String> warnings(Runnable action) {
        List<String> seen = new ArrayList<>();
        AbstractAppender appender = new AbstractAppender("seen", null, null, false, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                seen.add(event.getMessage().getFormattedMessage());
            }
        };
        appender.start();
        Logger logger = (Logger) LogManager.getLogger(SavedFingerprint.class);
        logger.addAppender(appender);
        try {
            action.run();
        } finally {
            logger.removeAppender(appender);
        }
        return seen;
    }

    private static ComputationGraph network() {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(1)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(3))
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .nOut(1)
                                .build(),
                        "in")
                .setOutputs("out")
                .build());
        network.init();
        return network;
    }

    private static DataSet examples(int seed) {
        Nd4j.getRandom().setSeed(seed);
        return new DataSet(Nd4j.randn(DataType.FLOAT, 12, 3), Nd4j.randn(DataType.FLOAT, 12, 1));
    }

    private RunResult train(DataSetIterator data, boolean resume) {
        return Trainer.of(network(), DataSources.of(data, null))
                .epochs(2)
                .folder(folder)
                .resume(resume)
                .run();
    }

    @Test
    void otherIterator() {
        train(new ExistingDataSetIterator(examples(5).batchBy(4)), false);
        String numbers = assertThrows(
                        InvalidInputException.class,
                        () -> train(new ExistingDataSetIterator(examples(6).batchBy(4)), true))
                .getMessage();
        assertTrue(numbers.contains("what differs: the numbers in its batches"), numbers);
        String count = assertThrows(
                        InvalidInputException.class,
                        () -> train(new ExistingDataSetIterator(examples(5).batchBy(6)), true))
                .getMessage();
        assertTrue(count.contains("its number of training batches: 2 (before: 3)"), count);
        assertTrue(
                train(new ExistingDataSetIterator(examples(5).batchBy(4)), true).completed());
    }

    /** The same examples in another order, and examples that are made anew in every pass. */
    @Test
    void iteratorThatShuffles() {
        assertTrue(train(new ExistingDataSetIterator(examples(5).batchBy(4)), false)
                .completed());
        DataSet shuffled = examples(5);
        shuffled.shuffle(3);
        assertTrue(train(new ExistingDataSetIterator(shuffled.batchBy(4)), true).completed());
        Random random = new Random(1);
        DataSetIterator noisy = new ExistingDataSetIterator(examples(5).batchBy(4)) {
            @Override
            public DataSet next() {
                DataSet batch = super.next();
                INDArray features = batch.getFeatures().add(random.nextDouble());
                return new DataSet(features, batch.getLabels());
            }
        };
        assertTrue(train(noisy, true).completed());
    }

    @Test
    void seedOfGeneratedData() throws IOException {
        RunSpec run =
                run("kind: spirals, classes: 2, examples: 24, validationExamples: 8", "dense: {units: 3}, output: {}");
        Path out = folder.resolve("run");
        TinyRun.trainer(run, TinyRun.source(run), out).run();
        var other = DataSources.open(run.data(), run.training().batch(), run.seed() + 1);
        assertTrue(assertThrows(
                        InvalidInputException.class,
                        () -> TinyRun.trainer(run, other, out).resume(true).run())
                .getMessage()
                .contains("the numbers in its batches"));
    }
}
