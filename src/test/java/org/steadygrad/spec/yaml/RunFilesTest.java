package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.UpdaterFormula;
import org.steadygrad.spec.UpdaterSpec;

class RunFilesTest {
    private static final String FULL =
            """
            name: char-gru
            seed: 11
            data: {kind: text, path: input.txt, sequenceLength: 64, validation: 0.1}
            model:
              layers:
                - embedding: {size: 64}
                - gru: {units: 256, layers: 2, dropout: 0.1}
                - output: {loss: softmaxCrossEntropy}
            training:
              batch: 16
              updater: {adam: {learningRate: 0.002}}
              clip: {globalNorm: 2}
              guard: auto
            health: {every: 20}
            """;

    static RunSpec parse(String text) {
        return RunFiles.parse(text, "run.yaml");
    }

    private static RunSpec withTraining(String training) {
        return parse("data: adding\nmodel: {layers: [gru: 8]}\ntraining: {" + training + "}\n");
    }

    private static LayerSpec layer(String layer) {
        return parse("data: adding\nmodel:\n  layers:\n    - " + layer + "\n")
                .model()
                .layers()
                .get(0);
    }

    @Test
    void readsTheFileOfTheDesign(@TempDir Path folder) throws IOException {
        RunSpec spec = RunFiles.read(Files.writeString(folder.resolve("run.yaml"), FULL));
        assertEquals("char-gru", spec.name());
        assertEquals(11, spec.seed());
        assertEquals(new DataSpec.Text("input.txt", 64, 0.1), spec.data());
        LayerSpec.Gru gru =
                assertInstanceOf(LayerSpec.Gru.class, spec.model().layers().get(1));
        assertEquals(256, gru.units());
        assertEquals(2, gru.layers());
        assertEquals(0.1, gru.dropout());
        assertEquals(ActivationKind.SIGMOID, gru.gateActivation());
        assertEquals(16, spec.training().batch());
        assertEquals(10, spec.training().mostEpochs());
        assertNull(spec.training().iterations());
        assertEquals(0.002, spec.training().updater().learningRate());
        assertEquals(new ClipSpec.GlobalNorm(2), spec.training().clip());
        assertInstanceOf(GuardSpec.Auto.class, spec.training().guard());
        assertEquals(20, spec.health().every());
        assertEquals("auto", spec.engine());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gru: {units: 9}",
                "gru: 9",
                "{gru: 9}",
                "{kind: gru, units: 9}",
                "gru:\n        units: 9",
                "gru: {units: 9.0, layers: 1}",
                "gru: {units: 9e0, direction: forward, init: 'auto'}",
                "{\"gru\": {\"units\": 9}}"
            })
    void everyWayToSayALayerMeansTheSame(String text) {
        assertEquals(layer("gru: {units: 9}"), layer(text));
    }

    @Test
    void shortFormsFillTheFirstComponentOrNone() {
        assertEquals(new LayerSpec.Activate(ActivationKind.LEAKY_RELU), layer("activation: leakyRelu"));
        assertEquals(new LayerSpec.Pool(LayerSpec.PoolKind.LAST), layer("pool"));
        assertEquals(new LayerSpec.Pool(LayerSpec.PoolKind.LAST), layer("pool:"));
        assertEquals(new LayerSpec.Pool(LayerSpec.PoolKind.MAX), layer("pool: {kind: max}"));
        assertEquals(new ClipSpec.None(), withTraining("clip: none").training().clip());
        assertEquals(
                0.5, withTraining("updater: {sgd: .5}").training().updater().learningRate());
        assertEquals(withTraining("updater: adam"), withTraining("updater: {adam: {}}"));
        assertEquals(withTraining(""), parse("data: adding\nmodel: {layers: [gru: 8]}\ntraining:\nhealth: ~\n"));
    }

    @ParameterizedTest
    @CsvSource({"1e-3, 0.001", "1E-3, 0.001", "+.5, 0.5", "2, 2", "1_000.5, 1000.5", "1e+2, 100", "'4.', 4"})
    void numbersReadAsPeopleWriteThem(String text, double expected) {
        assertEquals(
                expected,
                withTraining("updater: {sgd: " + text + "}")
                        .training()
                        .updater()
                        .learningRate());
    }

    @ParameterizedTest
    @CsvSource({"yes, true", "no, false", "True, true", "FALSE, false", "on, true", "off, false"})
    void wordsReadAsTruthWhereTruthIsMeant(String word, boolean expected) {
        assertEquals(
                expected,
                parse("data: adding\nmodel: {layers: [gru: 8], lsuv: " + word + "}")
                        .model()
                        .lsuv());
    }

    @Test
    void plainWordsAreTextWhereTextIsMeant() {
        assertEquals(
                "5", parse("name: 5\ndata: adding\nmodel: {layers: [gru: 8]}").name());
        assertEquals(
                "no", parse("name: no\ndata: adding\nmodel: {layers: [gru: 8]}").name());
        DataSpec.Csv csv = assertInstanceOf(
                DataSpec.Csv.class,
                parse("data: {kind: csv, path: a.csv, task: regression, target: y, header: no, inputs: [1, 2]}\n"
                                + "model: {layers: [gru: 8]}")
                        .data());
        assertEquals(List.of("y"), csv.target());
        assertEquals(List.of("1", "2"), csv.inputs());
        assertEquals(DataSpec.Header.NO, csv.header());
        assertEquals("auto", csv.separator());
    }

    @Test
    void aliasesWithinReasonAreCopies() {
        RunSpec spec = RunFiles.parse(
                "data: adding\nmodel: {layers: [&a {gru: {units: 8}}, *a]}\n",
                "run.yaml",
                List.of("model.layers[1].units=9"));
        assertEquals(layer("gru: 8"), spec.model().layers().get(0));
        assertEquals(layer("gru: 9"), spec.model().layers().get(1));
    }

    @Test
    void byteOrderMarkAndWindowsLinesAreFine() {
        assertEquals(parse(FULL), parse("\uFEFF" + FULL.replace("\n", "\r\n")));
    }

    @Test
    void updatersKeepTheirOwnDefaults() {
        assertEquals(
                new UpdaterSpec.RmsProp(0.001, 0.95, 1e-8, UpdaterFormula.PY_TORCH),
                withTraining("updater: rmsProp").training().updater());
    }
}
