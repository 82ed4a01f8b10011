package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.predict.Prediction;
import org.steadygrad.predict.Predictor;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Losses in run files: trained, scored, and read again for predictions. */
class LossRunsTest {
    private static final int SEQUENCES = 300;

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    /** The target is normal around x with a deviation of 1; one class is rare, and never the likeliest; counts have a mean of e to x / 2. */
    @BeforeEach
    void write() throws IOException {
        Random random = new Random(4);
        StringBuilder csv = new StringBuilder("id,x,y,kind,count\n");
        for (int id = 0; id < SEQUENCES; id++) {
            double x = random.nextGaussian();
            double y = x + random.nextGaussian();
            String kind = Math.abs(x) < 0.5 && random.nextDouble() < 0.4 ? "rare" : x > 0 ? "high" : "low";
            long count = Math.round(Math.exp(x / 2) * -Math.log(random.nextDouble()));
            for (int t = 0; t < 3; t++) {
                csv.append("%d,%.5f,%.5f,%s,%d%n".formatted(id, x, y, kind, count));
            }
        }
        Files.writeString(folder.resolve("data.csv"), csv);
    }

    private RunSpec run(String task, String target, String loss, String engine, String... overrides) {
        List<String> all = new ArrayList<>(List.of(overrides));
        all.add(0, "model.layers[1].output.loss=" + loss);
        return RunFiles.parse(
                """
                name: losses
                seed: 3
                data: {kind: csv, path: %s, task: %s, sequence: id, target: %s, inputs: [x]}
                model: {layers: [{gru: {units: 6}}, {output: {}}]}
                training: {epochs: 12, batch: 20, updater: {adam: {learningRate: 0.02}}, guard: off}
                engine: %s
                """
                        .formatted(folder.resolve("data.csv"), task, target, engine),
                "the test",
                all);
    }

    private RunResult train(RunSpec run, String name) {
        return Runs.train(
                run,
                new Runs.Options(
                        folder.resolve(name),
                        false,
                        event -> {
                            if (event instanceof RunEvent.ModelNote note) {
                                notes.add(note.note());
                            }
                        },
                        new StopSignal()));
    }

    @Test
    void quantilesBecomeAnIntervalThatHoldsWhatItSays() {
        train(run("regression", "y", "{pinball: {quantiles: [0.1, 0.5, 0.9]}}", "cpu"), "quantiles");
        try (Predictor predictor = Predictor.open(folder.resolve("quantiles"))) {
            assertEquals(List.of("y q0.1", "y q0.5", "y q0.9"), predictor.outputs());
            Prediction prediction = predictor.predict(new double[] {1}, new double[] {1}, new double[] {1});
            double[] values = prediction.values();
            // quantiles of a normal distribution around 1
            assertEquals(1 - 1.2816, values[0], 0.5);
            assertEquals(1, values[1], 0.4);
            assertEquals(1 + 1.2816, values[2], 0.5);
        }
        Evaluation evaluation = evaluate("quantiles");
        assertEquals(3, evaluation.quantiles().size());
        for (Evaluation.QuantileShare share : evaluation.quantiles()) {
            assertEquals(share.quantile(), share.below(), 0.13, share.toString());
        }
        assertTrue(evaluation.numbers().get(0).rmse() < 1.3, "errors are those of the median");
    }

    private Evaluation evaluate(String name) {
        return SavedRun.read(folder.resolve(name)).evaluate(List.of(), false, EngineRequest.of("cpu"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void balancedClassesFindTheRareOne(String engine) {
        RunResult plain =
                train(run("classification", "kind", "softmaxCrossEntropy", engine, "training.epochs=40"), "plain");
        RunResult balanced = train(
                run(
                        "classification",
                        "kind",
                        "{softmaxCrossEntropy: {classWeights: balanced}}",
                        engine,
                        "training.epochs=40"),
                "balanced");
        assertTrue(
                notes.stream().anyMatch(note -> note.startsWith("Weights of the classes in the loss: high 0.")),
                notes::toString);
        assertTrue(recall("balanced", "rare") > recall("plain", "rare") + 0.2);
        // a constant guess is as good as before: its weighted mean is the entropy of three equal classes
        assertEquals(Math.log(3), balanced.baselines().all().get(0).trainingLoss(), 0.02);
        assertTrue(plain.validation().containsKey("perplexity")
                && !balanced.validation().containsKey("perplexity"));
    }

    private double recall(String name, String kind) {
        return evaluate(name).classes().orElseThrow().scores().stream()
                .filter(scores -> scores.name().equals(kind))
                .mapToDouble(Evaluation.Confusion.ClassScores::recall)
                .findFirst()
                .orElse(0);
    }

    /** With steps of next to nothing, all batches see the same parameters, and the same data score the same in training. */
    @ParameterizedTest
    @ValueSource(strings = {"rows", "weights"})
    void trainingAndValidationLossAreOneNumberWhateverTheDivisor(String over) {
        String loss = "{softmaxCrossEntropy: {labelSmoothing: 0.1, focusing: 1, over: " + over
                + ", classWeights: {given: {weights: [{name: rare, weight: 5}, {name: low, weight: 0.5}]}}}}";
        RunResult result = train(
                run(
                        "classification",
                        "kind",
                        loss,
                        "cpu",
                        "data.validationPath=" + folder.resolve("data.csv"),
                        "training.batch=" + SEQUENCES,
                        "training.iterations=1",
                        "training.updater.adam.learningRate=1e-9"),
                over);
        assertEquals(result.validation().get("loss"), result.trainLoss(), 1e-5);
    }

    @Test
    void countsAreLearntAsTheyAre() {
        String loss = "{negativeBinomial: {dispersion: 1}}";
        assertThrows(InvalidInputException.class, () -> train(run("regression", "count", loss, "cpu"), "scaled"));
        train(run("regression", "count", loss, "cpu", "data.normalization=none"), "counts");
        try (Predictor predictor = Predictor.open(folder.resolve("counts"))) {
            double low = predictor
                    .predict(new double[] {-1}, new double[] {-1}, new double[] {-1})
                    .value("count");
            double high = predictor
                    .predict(new double[] {1}, new double[] {1}, new double[] {1})
                    .value("count");
            assertEquals(Math.exp(-0.5), low, 0.35);
            assertEquals(Math.exp(0.5), high, 0.5);
        }
        assertTrue(evaluate("counts").numbers().get(0).bias() < 0.4);
    }

    @Test
    void hubersBaselineIsTheMedian() {
        RunResult result = train(run("regression", "y", "{huber: {delta: 0.5}}", "cpu"), "huber");
        assertEquals("guessing the median", result.baselines().all().get(0).name());
        assertTrue(result.validation().get("loss")
                < result.baselines().all().get(0).validation().get("loss"));
    }

    @Test
    void whatDoesNotFitIsSaidInWords() {
        InvalidInputException unknown = assertThrows(
                InvalidInputException.class,
                () -> train(
                        run(
                                "classification",
                                "kind",
                                "{softmaxCrossEntropy: {classWeights: {given: {weights: [{name: rar, weight: 5}]}}}}",
                                "cpu"),
                        "unknown"));
        assertTrue(unknown.getMessage().contains("high, low, rare"), unknown::getMessage);
        InvalidInputException target = assertThrows(
                InvalidInputException.class,
                () -> train(run("regression", "y", "softmaxCrossEntropy", "cpu"), "target"));
        assertTrue(target.getMessage().contains("Use meanSquaredError"), target::getMessage);
        assertThrows(
                InvalidInputException.class,
                () -> run("classification", "kind", "{softmaxCrossEntropy: {over: weights}}", "cpu"));
    }
}
