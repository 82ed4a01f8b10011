package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.steadygrad.live.LivePage;
import org.steadygrad.model.ModelFile;

/** Whatever goes wrong is told in one paragraph, with exit code 1, and without a stack trace unless asked for. */
class CommandErrorsTest {
    private static final String YAML =
            """
            name: small
            data: {kind: adding, length: 4, examples: 24, validationExamples: 9}
            model: {layers: [gru: {units: 5}]}
            training: {batch: 8, epochs: 2}
            """;

    @TempDir
    Path folder;

    private Path runFile;
    private Path out;

    @BeforeEach
    void writeRunFile() throws IOException {
        runFile = Files.writeString(folder.resolve("small.yaml"), YAML);
        out = folder.resolve("out");
    }

    /** @param err with line breaks as spaces */
    private record Ended(int code, String out, String err) {}

    private static Ended main(Object... args) {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int code = Main.execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
            return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }

    private static String error(Object... args) {
        return told(1, args);
    }

    private static String told(int code, Object... args) {
        Ended ended = main(args);
        assertEquals(code, ended.code(), ended.err());
        assertEquals("", ended.out());
        int start = ended.err().indexOf("Error: ");
        assertTrue(start >= 0, ended.err());
        String paragraph = ended.err().substring(start).strip();
        assertFalse(paragraph.contains("\n\n"), paragraph);
        String text = paragraph.replaceAll("\\s+", " ");
        assertFalse(text.contains(" at org.") || text.contains("Exception"), text);
        return text;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.epoch=3 | epochs",
                "training.epochs=many | training.epochs",
                "training.batch=-1 | at least 1",
                "data={kind: text, path: no-such-file.txt} | no-such-file.txt",
                "data={kind: text, path: .} | folder",
                "engine=warp | warp",
                "model.layers=[gru: {units: 5, unit: 3}] | units"
            })
    void badRunFiles(String change, String told) {
        String text = error("train", runFile, "--out", out, "--set", change);
        assertTrue(text.contains(told), text);
    }

    /** Whoever looks for the page must be told, though the run is complete. */
    @Test
    void aPageThatCannotBeWrittenIsAnError() throws IOException {
        Files.createDirectories(out.resolve("report.html/in the way"));
        for (String quiet : new String[] {"--quiet", "--json"}) {
            Ended ended = main("train", runFile, "--out", out, quiet, "--resume");
            assertEquals(1, ended.code(), ended.err());
            String told = ended.err().replaceAll("\\s+", " ");
            assertTrue(told.contains("Error: " + out.resolve("report.html") + " could not be written"), told);
            assertTrue(Files.exists(out.resolve("model.zip")));
        }
    }

    /** A character model whose parameters were multiplied and, if that is asked for, spoilt in one place. */
    private Path textModel(double factor, boolean spoilt) throws IOException {
        Path text =
                Files.writeString(folder.resolve("text.txt"), "to be or not to be that is the question ".repeat(20));
        String yaml =
                """
                name: text
                data: {kind: text, path: %s, sequenceLength: 8, validation: 0.2}
                model: {layers: [embedding: {size: 4}]}
                training: {batch: 8, epochs: 1}
                """
                        .formatted(text);
        Ended trained = main("train", Files.writeString(folder.resolve("text.yaml"), yaml), "--out", out);
        assertEquals(0, trained.code(), trained.err());
        Path file = out.resolve("model.zip");
        ModelFile.Content content = ModelFile.read(file);
        content.graph().params().muli(factor);
        if (spoilt) {
            content.graph().params().putScalar(2, Float.NaN);
        }
        ModelFile.write(file, content.graph(), content.entries());
        return file;
    }

    @Test
    void aModelWithNaNIsRefusedByName() throws IOException {
        Path file = textModel(1, true);
        for (String command : new String[] {"evaluate", "generate"}) {
            String text = error(command, file);
            assertTrue(text.matches(".*NaN or infinity in 1 of \\d+ elements of \\w+ \\(NaN\\).*"), text);
        }
    }

    @Test
    void predictionsThatOverflowAreNoResult() throws IOException {
        Path file = textModel(1e30, false);
        String evaluated = error("evaluate", file);
        assertTrue(evaluated.contains("expected a finite loss, got NaN"), evaluated);
        String generated = error("generate", file, "--prompt", "t");
        assertTrue(generated.contains("expected probabilities of all characters, got \"NaN for"), generated);
    }

    @Test
    void misspeltExampleIsGuessed() {
        String text = told(2, "train", "ading-gru");
        assertTrue(text.contains("Did you mean adding-gru?"), text);
    }

    /** Nothing of it could be done on any machine, so that the command line is what is wrong. */
    @Test
    void whatMeansNothingIsAWrongCommandLine() throws IOException {
        Path missing = folder.resolve("mising");
        for (String command : new String[] {"evaluate", "generate", "report", "replay"}) {
            String text = told(2, command, missing);
            assertTrue(text.contains("expected a file or folder that exists"), text);
        }
        Files.createDirectory(folder.resolve("missing"));
        assertTrue(told(2, "evaluate", missing).contains("did you mean missing?"));
        assertTrue(told(2, "train", runFile, "--out", out, "--threads", "0").contains("--threads: expected"));
        assertTrue(told(2, "train", runFile, "--out", out, "--engine", "cpuu").contains("Did you mean cpu?"));
        assertTrue(told(2, "evaluate", folder.resolve("missing"), "--threads", "-1")
                .contains("--threads: expected"));
        assertFalse(Files.exists(out), "nothing is written by a run that doesn't begin");
    }

    /** What was wrong stands below the help, next to where one types again. */
    @Test
    void aWrongCommandLineEndsWithTheError() {
        for (Object[] line : new Object[][] {{"train", "--everything"}, {"evaluate"}, {}}) {
            Ended ended = main(line);
            assertEquals(2, ended.code());
            String[] lines = ended.err().strip().split("\n");
            assertTrue(lines[lines.length - 1].startsWith("Error: "), ended.err());
        }
    }

    @Test
    void helpIsACommandToo() {
        assertEquals(main("train", "--help"), main("help", "train"));
        Ended all = main("help");
        assertEquals(0, all.code());
        assertTrue(all.out().replaceAll("\\s+", " ").contains("130 interrupted"), all.out());
        assertEquals(2, main("help", "trian").code());
    }

    /** Ten epochs of three batches would be 30. */
    @Test
    void aNumberOfIterationsAloneIsThatNumber() throws IOException {
        Path bare = Files.writeString(folder.resolve("bare.yaml"), YAML.replace(", epochs: 2", ", iterations: 34"));
        Ended trained = main("train", bare, "--out", out, "--json");
        assertEquals(0, trained.code(), trained.err());
        assertEquals(
                34, new ObjectMapper().readTree(trained.out()).get("iterations").asInt());
    }

    @Test
    void aFolderInUseIsWrittenOverWhenAskedTo() throws IOException {
        assertEquals(0, main("train", runFile, "--out", out, "--quiet").code());
        Path mine = Files.writeString(out.resolve("notes.txt"), "mine");
        String[] change = {"--set", "model.layers=[gru: {units: 7}]"};
        assertTrue(error("train", runFile, "--out", out, change[0], change[1]).contains("--force"));
        Ended again = main("train", runFile, "--out", out, "--force", change[0], change[1], "--json");
        assertEquals(0, again.code(), again.err());
        assertEquals(
                6, new ObjectMapper().readTree(again.out()).get("iterations").asInt());
        assertEquals("mine", Files.readString(mine));
        assertEquals(
                2, main("train", runFile, "--out", out, "--force", "--resume").code());
    }

    @Test
    void stackTraceIsThereForThoseWhoAsk() {
        Ended ended = main("train", runFile, "--out", out, "--set", "training.epoch=3", "--debug");
        assertEquals(1, ended.code());
        assertTrue(ended.err().contains("\tat org.steadygrad."), ended.err());
    }

    @Test
    void folderThatCantBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertTrue(error("train", runFile, "--out", file).contains("got a file"));
        String text = error("train", runFile, "--out", file.resolve("below"));
        assertTrue(text.contains("--out"), text);
        assertEquals("mine", Files.readString(file));
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assumeTrue(locked.toFile().setWritable(false) && !Files.isWritable(locked), "root may write everywhere");
        assertTrue(error("train", runFile, "--out", locked).contains("permissions"));
    }

    @Test
    void folderOfAnotherRun() throws IOException {
        assertEquals(0, main("train", runFile, "--out", out, "--quiet").code());
        byte[] model = Files.readAllBytes(out.resolve("model.zip"));
        assertTrue(error("train", runFile, "--out", out).contains("--resume"));
        for (String change : new String[] {"model.layers=[gru: {units: 7}]", "training.batch=5", "seed=8"}) {
            String text = error("train", runFile, "--out", out, "--resume", "--set", change);
            String key = change.substring(0, change.indexOf('=')).replace(".layers", "");
            assertTrue(text.contains("the same " + key), text);
        }
        assertTrue(Arrays.equals(model, Files.readAllBytes(out.resolve("model.zip"))));
    }

    @Test
    void livePageThatCantBeServed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            String text = error("train", runFile, "--out", out, "--live", port);
            assertTrue(text.contains("port " + port) && text.contains("--live 0"), text);
        }
        assertTrue(error("train", runFile, "--out", out, "--live", "70000").contains("65535"));
        assertFalse(Files.exists(out), "nothing is written by a run that doesn't begin");
        Ended lost = main("train", runFile, "--out", out, "--live-token", "0123456789abcdef");
        assertEquals(2, lost.code());
        assertTrue(lost.err().contains("--live"), lost.err());
    }

    @Test
    void portMayBeLeftOutBeforeTheRun() throws IOException {
        try (ServerSocket taken = new ServerSocket(LivePage.DEFAULT_PORT, 1, InetAddress.getLoopbackAddress())) {
            String text = error("train", "--out", out, "--live", runFile);
            assertTrue(text.contains("port " + taken.getLocalPort()), text);
        } catch (BindException e) {
            assumeTrue(false, "the default port is in use here");
        }
    }

    @Test
    void tensorBoardFolderOfAnotherRun() throws IOException {
        Path events = folder.resolve("events");
        Ended trained = main("train", runFile, "--out", out, "--tensorboard", events, "--quiet");
        assertEquals(0, trained.code(), trained.err());
        Path other = folder.resolve("other");
        String text = error("train", runFile, "--out", other, "--tensorboard", events);
        assertTrue(text.contains("TensorBoard folder"), text);
        assertFalse(Files.exists(other), "nothing is written by a run that doesn't begin");
    }

    @Test
    void quietRunsPrintNothing() {
        Ended ended = main("train", runFile, "--out", out, "--live", "0", "--quiet");
        assertEquals(new Ended(0, "", ""), ended);
    }

    @Test
    void jsonAloneIsOnStandardOutput() throws IOException {
        ObjectMapper json = new ObjectMapper();
        Ended trained = main("train", runFile, "--out", out, "--json");
        assertEquals(0, trained.code(), trained.err());
        assertEquals(6, json.readTree(trained.out()).get("iterations").asInt());
        assertTrue(trained.err().contains("validation"), trained.err());
        Ended evaluated = main("evaluate", out, "--json");
        assertEquals(
                json.readTree(trained.out()).get("validation").get("loss").asDouble(),
                json.readTree(evaluated.out()).get("loss").asDouble(),
                1e-9);
    }

    @Test
    void filesThatAreNoModelsOfARun() throws IOException {
        assertTrue(error("evaluate", folder).contains("model.zip"));
        Path text = Files.writeString(folder.resolve("text.zip"), "no zip");
        assertTrue(error("evaluate", text).contains("damaged"));
        Path plain = folder.resolve("plain.zip");
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                        .nIn(2)
                        .nOut(3)
                        .build())
                .build());
        network.init();
        ModelSerializer.writeModel(network, plain.toFile(), true);
        assertTrue(error("evaluate", plain).contains("Models of plain DL4J"));
        assertTrue(error("generate", plain).contains("Models of plain DL4J"));
        assertEquals(0, main("train", runFile, "--out", out, "--quiet").code());
        Path model = out.resolve("model.zip");
        byte[] bytes = Files.readAllBytes(model);
        Files.write(model, Arrays.copyOf(bytes, bytes.length - 40));
        assertTrue(error("evaluate", out).contains("earlier checkpoint"));
        assertTrue(error("generate", out.resolve("checkpoints/best.zip")).contains("a model of text"));
    }

    private static boolean mount(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    @Test
    void aDiskThatIsFullForAWhileStopsNothing() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/mount")), "needs a disk to fill");
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(mount("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk.toString()), "needs a disk to fill");
        try {
            Path whole = folder.resolve("whole");
            Object[] settings = {"--set", "training.epochs=40", "--set", "training.checkpoint.everySeconds=0.01"};
            assertEquals(
                    0,
                    main("train", runFile, "--out", whole, settings[0], settings[1])
                            .code());
            Path run = disk.resolve("run");
            Thread filler = new Thread(() -> {
                try {
                    while (!Files.exists(run.resolve("metrics.jsonl"))) {
                        Thread.sleep(1);
                    }
                    fill(disk.resolve("others"));
                    Thread.sleep(2500);
                    Files.delete(disk.resolve("others"));
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            filler.start();
            Ended ended = main("train", runFile, "--out", run, settings[0], settings[1], settings[2], settings[3]);
            filler.join();
            assertEquals(0, ended.code(), ended.err());
            assertEquals(rows(whole), rows(run));
            assertTrue(Files.exists(run.resolve("model.zip")) && Files.exists(run.resolve("run.json")));
        } finally {
            mount("umount", disk.toString());
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[1 << 12];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertTrue(Files.size(file) > 0, full.toString());
        }
    }

    /** The steps of a run, without times. */
    private static List<String> rows(Path run) throws IOException {
        try (var lines = Files.lines(run.resolve("metrics.jsonl"))) {
            return lines.filter(line -> line.contains("\"loss\""))
                    .map(line -> line.replaceAll("\"[a-zA-Z]*[sS]econds[a-zA-Z]*\":[^,}]*", ""))
                    .toList();
        }
    }

    @Test
    void fullDisk() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/mount")), "needs a disk to fill");
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(mount("mount", "-t", "tmpfs", "-o", "size=1800k", "tmpfs", disk.toString()), "needs a disk to fill");
        try {
            Path run = disk.resolve("run");
            Object[] command = {
                "train",
                runFile,
                "--out",
                run,
                "--set",
                "model.layers=[gru: {units: 110}]",
                "--set",
                "training.epochs=6",
                "--set",
                "data.validationExamples=1",
                "--set",
                "training.checkpoint.keep=3",
                "--set",
                "training.checkpoint.retrySeconds=0"
            };
            String text = error(command);
            assertTrue(text.contains("the disk is full"), text);
            assertTrue(text.contains("newest is iteration-0"), text);
            assertTrue(text.contains("--resume"), text);
            try (var files = Files.walk(run)) {
                assertTrue(files.noneMatch(f -> f.toString().endsWith(".part")));
            }
            assertTrue(mount("mount", "-o", "remount,size=50m", disk.toString()));
            Ended resumed = main("train", "--resume", "--out", run);
            assertEquals(0, resumed.code(), resumed.err());
            assertTrue(Files.exists(run.resolve("model.zip")));
        } finally {
            mount("umount", disk.toString());
        }
    }
}
