package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;

class BadRunFilesTest {
    private static String message(String text) {
        return assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> assertThrows(InvalidInputException.class, () -> RunFilesTest.parse(text))
                        .getMessage());
    }

    private static String readMessage(Path file) {
        return assertThrows(InvalidInputException.class, () -> RunFiles.read(file))
                .getMessage();
    }

    private static void assertHolds(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "no <" + part + "> in: " + message);
        }
    }

    @Test
    void aMisspeltKeyIsNamedWithItsPlaceAndTheNearestOne() {
        String text = "data: adding\nmodel:\n  layers:\n    - gru: 8\n    - gru:\n        units: 8\n        unitz: 9\n";
        assertEquals(
                "run.yaml, line 7, key model.layers[1].gru.unitz: expected one of units, layers, direction, dropout, init, "
                        + "recurrentInit, activation, gateActivation, chrono, got \"unitz\". Did you mean units?",
                message(text));
    }

    @Test
    void allMistakesOfAFileAreReportedTogether() {
        String message = message("nam: x\ndata: {kind: adding, length: one}\nmodel:\n  layers:\n  - grü: 3\n"
                + "training:\n  batch: -1\nhealth: {evry: 3}\n");
        assertHolds(message, "line 1, key nam: ", "Did you mean name?", "line 2, key data.length: ", "got \"one\"");
        assertHolds(message, "line 5, key model.layers[0]: expected one of dense", "Did you mean gru?");
        assertHolds(
                message,
                "line 7, key training.batch: expected batch to be at least 1, got -1.",
                "line 8, key health.evry");
        assertEquals(5, message.lines().count(), message);
    }

    @Test
    void manyMistakesAreCutShort() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            text.append("key").append(i).append(": 1\n");
        }
        assertHolds(message(text.toString()), "... and 492 more.");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("training: {batch: lots}", "key training.batch: expected a whole number, got \"lots\"."),
                Arguments.of("training: {batch: lots}", "Examples per batch."),
                Arguments.of("training: {batch: 1.5}", "expected a whole number, got \"1.5\""),
                Arguments.of(
                        "training: {batch: 3000000000}", "expected a whole number between -2147483648 and 2147483647"),
                Arguments.of("training: {batch: 99999999999999999999999}", "expected a whole number between"),
                Arguments.of("training: {batch: 1e999999999}", "expected a whole number"),
                Arguments.of("training: {batch: '5'}", "Take it out of the quotes."),
                Arguments.of("training: {batch: }", "expected a whole number, got nothing"),
                Arguments.of("training: {batch: [1]}", "expected a whole number, got a list"),
                Arguments.of("training: {batch: {a: 1}}", "expected a whole number, got the keys a"),
                Arguments.of("training: 3", "key training: expected keys such as batch"),
                Arguments.of("training: [3]", "key training: expected keys such as batch"),
                Arguments.of("training: {l2: .nan}", "expected a number, got \".nan\""),
                Arguments.of("training: {l2: 1e999}", "expected a number of a size"),
                Arguments.of("training: {l2: 0x10}", "expected a number"),
                Arguments.of("training: {epochs: 0}", "key training.epochs: expected epochs to be at least 1, got 0."),
                Arguments.of("training: {updater: adm}", "Did you mean adam?"),
                Arguments.of("training: {updater: {adam: {learningrate: 1}}}", "Did you mean learningRate?"),
                Arguments.of("training: {updater: {adam: {}, sgd: {}}}", "a single one of sgd, nesterovs"),
                Arguments.of("training: {updater: {adam: [1]}}", "got a list"),
                Arguments.of("training: {updater: [adam]}", "key training.updater: expected one of sgd"),
                Arguments.of("training: {clip: {none: 3}}", "Write just none."),
                Arguments.of("training: {clip: globalNorm}", "--set training.clip.globalNorm.maxNorm=NUMBER"),
                Arguments.of(
                        "training: {clip: {globalNorm: -1}}", "key training.clip.globalNorm.maxNorm: expected maxNorm"),
                Arguments.of(
                        "training: {accumulate: 2, truncatedBptt: 3}",
                        "line 3, key training: expected either accumulate"),
                Arguments.of("health: {every: 1, every: 2}", "line 3, key every: expected each key once"),
                Arguments.of("name: ../x", "line 3, key name: expected name to be made of letters"),
                Arguments.of("name: [x]", "key name: expected a text, got a list"),
                Arguments.of("<<: {seed: 3}", "key <<"),
                Arguments.of("? [a, b]\n: 3", "expected a word as key, got a list"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongValuesAreExplained(String line, String part) {
        assertHolds(message("data: adding\nmodel: {layers: [gru: 8]}\n" + line + "\n"), "run.yaml, line ", part);
    }

    static Stream<Arguments> wrongModels() {
        return Stream.of(
                Arguments.of("{}", "key model.layers: expected a value (The layers, input to output), got nothing."),
                Arguments.of("{layers: }", "key model.layers: expected a list, got nothing"),
                Arguments.of("{layers: []}", "key model.layers: expected at least one layer"),
                Arguments.of(
                        "{layers: gru}", "key model.layers: expected a list, got \"gru\". Start each entry with '- '."),
                Arguments.of("{layers: [gru]}", "--set model.layers[0].gru.units=NUMBER"),
                Arguments.of(
                        "{layers: [gru: -5]}",
                        "key model.layers[0].gru.units: expected units to be at least 1, got -5."),
                Arguments.of(
                        "{layers: [gru: {units: 3, chrono: 2}]}",
                        "key model.layers[0].gru.chrono: expected chrono to be 0"),
                Arguments.of("{layers: [output, gru: 3]}", "key model.layers: expected output to be the last layer"),
                Arguments.of("{layers: [~]}", "key model.layers[0]: expected one of dense"),
                Arguments.of("{layers: [{gru: 3, dropout: 0.5}]}", "or in braces: gru: {key: value}."),
                Arguments.of("{layers: [gru: 3], lsuv: maybe}", "expected true or false, got \"maybe\""));
    }

    @ParameterizedTest
    @MethodSource("wrongModels")
    void wrongModelsAreExplained(String model, String part) {
        assertHolds(message("data: adding\nmodel: " + model + "\n"), "run.yaml, line 2, key model", part);
    }

    @Test
    void whatMustBeGivenIsAskedForWithTheOptionThatGivesIt() {
        String model = "model: {layers: [gru: 8]}\n";
        assertHolds(message("data: {kind: text}\n" + model), "line 1, key data.path", "--set data.path=FILE");
        assertHolds(message("data: {text: {}}\n" + model), "key data.text.path", "--set data.text.path=FILE");
        assertHolds(
                message("data: {csv: a.csv}\n" + model), "--set data.csv.task=classification", "key data.csv.target");
        assertHolds(message(model), "line 1, key data: expected a value (Where the examples come from)");
        assertHolds(message("data:\n" + model), "line 1, key data: expected one of text, csv", "got nothing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment\n", "---\n", "~", "\uFEFF"})
    void anEmptyFileIsSaidToBeEmpty(String text) {
        assertHolds(
                message(text),
                "run.yaml: expected a run file with at least the keys data and model, got an empty file.");
    }

    @Test
    void brokenYamlIsShownWithItsLine() {
        assertHolds(
                message("data: adding\nmodel:\n\tlayers: []\n"),
                "run.yaml, line 3: ",
                "Indent with spaces, not with tabs.");
        assertHolds(message("data: adding\nmodel: {layers: [gru: 8]\n"), "run.yaml, line 3: expected YAML");
        assertHolds(message("name: a: b\n"), "run.yaml, line 1: ", "in quotes");
        assertHolds(message("seed: 1\n---\nseed: 2\n"), "one document");
        assertHolds(message("just words"), "run.yaml, line 1: expected keys such as name, seed", "got \"just words\"");
        assertHolds(message("- a\n"), "expected keys such as name", "got a list");
        assertHolds(message("a: *b\n"), "run.yaml, line 1: expected YAML");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL [\"http://localhost/\"]]]]",
                "data: !!java.io.File [x]",
                "data: !text {path: x}",
                "name: !<tag:yaml.org,2002:binary> aGk=",
                "data: !!org.steadygrad.spec.DataSpec$Text {path: x}"
            })
    void tagsAreRefused(String text) {
        assertHolds(message(text), "run.yaml, line 1: expected plain values, got the tag ", "Run files are data only");
    }

    @Test
    void bombsAreRefusedQuickly() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(5)).append("]\n");
        }
        assertHolds(message(bomb.toString()), "run.yaml", "aliases (*name)");
        String few = "a: &a [" + "x, ".repeat(3000) + "]\nb: [" + "*a, ".repeat(40) + "]\n";
        assertHolds(message(few), "aliases (*name)");
        assertHolds(message("a: &a [*a]\n"), "run.yaml", "levels");
        assertHolds(message("&a {*a : 1}\n"), "run.yaml");
        assertHolds(message("[".repeat(10_000)), "run.yaml", "depth");
        assertHolds(message("{a: ".repeat(10_000)), "run.yaml", "depth");
        assertHolds(message("- ".repeat(10_000)), "run.yaml", "depth");
        assertHolds(message("a: " + "x".repeat(2 << 20)), "at most 262144");
        assertHolds(message("#".repeat(200_000)), "an empty file");
        assertHolds(message("{" + "a,".repeat(100_000) + "}"), "run.yaml");
    }

    @Test
    void longValuesAreShownShortened() {
        String message = message("data: adding\nmodel: {layers: [gru: 8]}\nseed: " + "x".repeat(5000) + "\n");
        assertTrue(message.length() < 300, message);
    }

    @Test
    void filesThatCannotBeRunFilesAreToldApart(@TempDir Path folder) throws IOException {
        assertHolds(
                readMessage(folder.resolve("none.yaml")), "none.yaml: expected a run file, got nothing of that name.");
        assertHolds(readMessage(folder), ": expected a run file, got a folder.");
        Path file = folder.resolve("a.yaml");
        assertHolds(readMessage(Files.writeString(file, "")), "got an empty file");
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff, (byte) 0xfe});
        assertHolds(readMessage(file), "a.yaml: expected a text file in UTF-8");
        Files.write(file, "name: x\n".getBytes(StandardCharsets.UTF_16));
        assertHolds(readMessage(file), "UTF-8");
        Files.write(file, new byte[] {'a', '\n', 'b', 0, 1});
        assertHolds(readMessage(file), "a.yaml, line 2: expected a text file, got the character U+0000.");
        Files.write(file, new byte[3 << 20]);
        assertHolds(readMessage(file), "at most 262144 bytes");
        assertFalse(readMessage(file).contains("Exception"));
    }
}
