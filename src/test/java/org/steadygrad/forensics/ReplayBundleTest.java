package org.steadygrad.forensics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;
import org.steadygrad.model.ModelZips;

class ReplayBundleTest {
    @TempDir
    Path folder;

    private ComputationGraph model;
    private Path bundle;

    @BeforeEach
    void write() throws IOException {
        model = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.recurrent(3))
                .addLayer(
                        "lstm",
                        new LSTM.Builder()
                                .nIn(3)
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nIn(5)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "lstm")
                .setOutputs("out")
                .build());
        model.init();
        model.getUpdater().getStateViewArray().assign(0.25);
        bundle = look(step(DataType.FLOAT)).bundle().orElseThrow();
    }

    private static FailedStep step(DataType type) {
        INDArray mask = Nd4j.ones(7, 4);
        mask.putScalar(1, 3, 0);
        INDArray features =
                Nd4j.linspace(DataType.DOUBLE, -1, 0.01, 84).reshape(7, 3, 4).castTo(type);
        features.putScalar(new long[] {2, 1, 3}, Double.NEGATIVE_INFINITY);
        INDArray labels =
                Nd4j.linspace(DataType.DOUBLE, 1, -0.03, 56).reshape(7, 2, 4).castTo(type);
        Pass pass = new Pass(
                new MultiDataSet(new INDArray[] {features}, new INDArray[] {labels}, new INDArray[] {mask}, null), -17);
        return new FailedStep(new Position(33, 2, 5, 0), List.of(), List.of(pass), false);
    }

    private Forensics.Report look(FailedStep step) {
        try (Engine engine = EngineRequest.of("cpu").open(model)) {
            byte[] text = "name: x".getBytes(StandardCharsets.UTF_8);
            return new Forensics(model.clone(), Optional.of(folder.resolve("replay")), Map.of("run.yaml", text))
                    .look(engine, step, CellSources.unknown(step));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void everythingComesBack(DataType type) {
        FailedStep step = step(type);
        ReplayBundle read = ReplayBundle.read(look(step).bundle().orElseThrow());
        assertEquals(33, read.step().iteration());
        assertEquals(2, read.step().position().epoch());
        assertEquals(5, read.step().position().batch());
        Pass before = step.passes().get(0);
        Pass after = read.step().passes().get(0);
        assertEquals(-17, after.seed());
        assertEquals(type, after.batch().getFeatures(0).dataType());
        assertEquals(before.batch().getFeatures(0), after.batch().getFeatures(0));
        assertEquals(before.batch().getLabels(0), after.batch().getLabels(0));
        assertEquals(before.batch().getFeaturesMaskArray(0), after.batch().getFeaturesMaskArray(0));
        assertEquals(null, after.batch().getLabelsMaskArrays());
        ModelFile.Content content = ModelFile.read(bundle);
        assertEquals(model.params(), content.graph().params());
        assertEquals(
                model.getUpdater().getStateViewArray(),
                content.graph().getUpdater().getStateViewArray());
        assertTrue(content.entries().containsKey("run.yaml"));
        assertEquals("cpu", read.engine());
        assertEquals("bad-input", read.found().cause());
        assertTrue(read.replay(read.request()).reproduced());
        assertTrue(read.replay(EngineRequest.of("dl4j")).reproduced());
    }

    /** Only what the mask hides is bad, and something else isn't finite. */
    @Test
    void hiddenValueThatDoesNoHarmIsNotBlamed() {
        FailedStep step = step(DataType.FLOAT);
        INDArray features = step.passes().get(0).batch().getFeatures(0);
        features.putScalar(new long[] {2, 1, 3}, 0.5);
        features.putScalar(new long[] {1, 1, 3}, 1e35);
        model.getLayer("out").getParam("b").assign(Float.POSITIVE_INFINITY);
        assertEquals(
                Cause.Kind.NON_FINITE_PARAMETER, look(step).verdict().cause().kind());
    }

    @Test
    void stepsThatAreTooLargeArentFiled() {
        INDArray big = Nd4j.zeros(DataType.FLOAT, 512, 3, 250);
        Pass heavy = new Pass(new MultiDataSet(big, Nd4j.zeros(512, 2, 250)), 1);
        long count = ReplayBundle.MOST_BATCH_BYTES / BatchBytes.size(List.of(heavy)) + 1;
        List<Pass> passes = new ArrayList<>(step(DataType.FLOAT).passes());
        passes.addAll(Collections.nCopies((int) count, heavy));
        Forensics.Report report = look(new FailedStep(new Position(40, 0, 0, 0), List.of(), passes, false));
        assertEquals(Optional.empty(), report.bundle());
        assertTrue(report.words().contains("No replay bundle was written"), report.words());
        assertEquals(Cause.Kind.BAD_INPUT, report.verdict().cause().kind());
    }

    @Test
    void folderThatCantBeWrittenEndsNothing() throws IOException {
        Files.delete(bundle);
        Files.delete(folder.resolve("replay"));
        Files.writeString(folder.resolve("replay"), "a file");
        Forensics.Report report = look(step(DataType.FLOAT));
        assertEquals(Optional.empty(), report.bundle());
        assertTrue(report.words().contains("No replay bundle could be written"), report.words());
    }

    private static String refused(Path file) {
        return assertThrows(ModelFileException.class, () -> ReplayBundle.read(file))
                .getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\":1 | \"format\":2",
                "\"format\":1 | \"format\":null",
                "\"engine\":\"cpu\" | \"engine\":null",
                "\"sizes\":[7,3,4] | \"sizes\":[7,3,400000000]",
                "\"sizes\":[7,3,4] | \"sizes\":[7,3,-4]",
                "\"sizes\":[7,3,4] | \"sizes\":[2147483646,2147483646,2147483646]",
                "\"sizes\":[7,3,4] | \"sizes\":[7,3,5]",
                "\"sizes\":[7,3,4] | \"sizes\":[84]",
                "\"sizes\":[7,3,4] | \"sizes\":null",
                "\"sizes\":[7,2,4] | \"sizes\":[7,1,4]",
                "\"sizes\":[7,4] | \"sizes\":[4,7]",
                "\"wide\":false | \"wide\":true",
                "\"passes\":[{ | \"passes\":[null,{",
                "\"iteration\":33 | \"iteration\":-33",
                "\"iteration\":33 | \"iteration\":\"33x\"",
                "\"carriesState\" | \"unknown\"",
                "\"found\":{ | \"found\":[{",
                "{ | [",
            })
    void changedTextIsRefused(String before, String after) throws IOException {
        String text = new String(ModelZips.entries(bundle).get("steadygrad/replay.json"), StandardCharsets.UTF_8);
        assertTrue(text.contains(before), text);
        String message = refused(ModelZips.with(
                bundle,
                "steadygrad/replay.json",
                text.replaceFirst(Pattern.quote(before), after).getBytes(StandardCharsets.UTF_8)));
        assertTrue(message.contains("its step can't be read"), message);
    }

    @Test
    void shapesThatDontGoWithTheModelAreAnError() throws IOException {
        String text = new String(ModelZips.entries(bundle).get("steadygrad/replay.json"), StandardCharsets.UTF_8);
        Path file = ModelZips.with(
                bundle,
                "steadygrad/replay.json",
                text.replace("[7,3,4]", "[7,2,4]")
                        .replace("[7,2,4],\"wide\":false},\"featuresMask\"", "[7,3,4],\"wide\":false},\"featuresMask\"")
                        .getBytes(StandardCharsets.UTF_8));
        for (String engine : List.of("cpu", "dl4j")) {
            assertThrows(
                    RuntimeException.class, () -> ReplayBundle.read(file).replay(EngineRequest.of(engine)), engine);
        }
    }

    @Test
    void longerAndShorterBatchesAreRefused() throws IOException {
        byte[] batch = ModelZips.entries(bundle).get("steadygrad/replay.bin");
        for (int length : new int[] {0, 1, batch.length - 4, batch.length + 1}) {
            refused(ModelZips.with(bundle, "steadygrad/replay.bin", Arrays.copyOf(batch, length)));
        }
    }

    @Test
    void truncatedFilesAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(bundle);
        for (int length : new int[] {0, 1, 100, bytes.length / 2, bytes.length - 1}) {
            refused(Files.write(folder.resolve("cut" + length + ".zip"), Arrays.copyOf(bytes, length)));
        }
    }

    @Test
    void modelsWithoutAStepAreRefused() throws IOException {
        Path plain = folder.resolve("model.zip");
        ModelFile.write(plain, model, Map.of());
        assertTrue(refused(plain).contains("expected a replay bundle"));
    }
}
