package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.yaml.RunFiles;

/** A row that weighs 3 counts as three such rows. */
class SampleWeightsTest {
    @TempDir
    Path folder;

    /** Sequences of three steps that weigh 0, 1, 2, 3, 0, ... or stand in the file as often. */
    private Path file(boolean weighted) throws IOException {
        StringBuilder csv = new StringBuilder(weighted ? "id,x,kind,y,w\n" : "id,x,kind,y\n");
        Random random = new Random(2);
        for (int id = 0; id < 24; id++) {
            int weight = id % 4;
            double x = random.nextGaussian();
            double y = x + random.nextGaussian();
            String kind = x + random.nextGaussian() > 0 ? "up" : "down";
            for (int again = 0; again < (weighted ? 1 : weight); again++) {
                for (int t = 0; t < 3; t++) {
                    csv.append("s%d-%d,%.4f,%s,%.4f%s%n"
                            .formatted(id, again, x + t, kind, y, weighted ? "," + weight : ""));
                }
            }
        }
        // both files must have examples of the same classes, whatever they weigh
        return Files.writeString(folder.resolve(weighted + ".csv"), csv);
    }

    private RunResult train(boolean weighted, String task, String target, String engine) throws IOException {
        Path csv = file(weighted);
        String yaml =
                """
                name: weights
                data: {kind: csv, path: %s, validationPath: %s, task: %s, sequence: id, target: %s, inputs: [x], normalization: none%s}
                model: {layers: [{gru: {units: 4}}]}
                training: {batch: 100, iterations: 1, updater: {adam: {learningRate: 1e-9}}}
                engine: %s
                """
                        .formatted(csv, csv, task, target, weighted ? ", weight: w" : "", engine);
        return Runs.train(
                RunFiles.parse(yaml, "the test", List.of()),
                new Runs.Options(folder.resolve(weighted + "-run"), false, RunListener.NONE, new StopSignal()));
    }

    @ParameterizedTest
    @CsvSource({
        "classification, kind, cpu",
        "classification, kind, dl4j",
        "regression, y, cpu",
        "regression, y, dl4j",
        "tagging, kind, cpu"
    })
    void weighingIsRepeating(String task, String target, String engine) throws IOException {
        RunResult weighted = train(true, task, target, engine);
        RunResult repeated = train(false, task, target, engine);
        assertEquals(repeated.trainLoss(), weighted.trainLoss(), 1e-5);
        assertEquals(repeated.validation().keySet(), weighted.validation().keySet());
        repeated.validation()
                .forEach((name, value) ->
                        assertEquals(value, weighted.validation().get(name), 1e-5, name));
        assertEquals(weighted.validation().get("loss"), weighted.trainLoss(), 1e-5);
        assertEquals(
                repeated.baselines().all().get(0).trainingLoss(),
                weighted.baselines().all().get(0).trainingLoss(),
                1e-6);
    }

    private static MultiDataSet batch(String data) {
        var spec = RunFiles.parse("name: w\ndata: " + data + "\nmodel: {layers: [{gru: {units: 4}}]}\n", "the test")
                .data();
        try (BatchIterator batches = DataSources.open(spec, 100, 1).training().epoch(0, 0)) {
            return batches.next();
        }
    }

    /** A forecast weighs what the row weighs that it is of. */
    @Test
    void aForecastWeighsAsItsRow() throws IOException {
        StringBuilder csv = new StringBuilder("y,w\n");
        for (int t = 1; t <= 40; t++) {
            csv.append(t * t).append(',').append(t / 2.0).append('\n');
        }
        Path file = Files.writeString(folder.resolve("series.csv"), csv);
        MultiDataSet batch =
                batch("{kind: csv, path: " + file + ", task: forecasting, target: y, weight: w, horizon: 2,"
                        + " window: 8, transform: none, normalization: none}");
        float[] labels = batch.getLabels(0).dup('c').data().asFloat();
        float[] weights = batch.getLabelsMaskArray(0).dup('c').data().asFloat();
        assertTrue(labels.length >= 16);
        for (int i = 0; i < labels.length; i++) {
            assertEquals(Math.sqrt(labels[i]) / 2, weights[i], 1e-5);
        }
    }

    @Test
    void whatIsNoWeightIsNamedByItsCell() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.csv"), "x,y,w\n1,2,1\n3,4,-1\n5,6,1\n7,8,1\n");
        String data = "{kind: csv, path: " + file + ", task: regression, target: y, window: 1, weight: w}";
        InvalidInputException told = assertThrows(InvalidInputException.class, () -> batch(data));
        assertTrue(
                told.getMessage().contains("line 3, column \"w\": expected a weight of at least 0"), told::getMessage);
        assertThrows(InvalidInputException.class, () -> batch(data.replace("weight: w", "weight: w, inputs: [x, w]")));
        assertThrows(InvalidInputException.class, () -> batch(data.replace("weight: w", "weight: v")));
    }
}
