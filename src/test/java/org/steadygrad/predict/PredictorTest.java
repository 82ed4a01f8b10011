package org.steadygrad.predict;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** Predictions from Java. That the numbers are plain DL4J's is held by the tests of the command, too. */
class PredictorTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    private final Random random = new Random(11);

    private Path train(String layers) throws IOException {
        return train("none", layers);
    }

    private Path train(String transform, String layers) throws IOException {
        StringBuilder csv = new StringBuilder("y,z\n");
        for (int t = 0; t < 120; t++) {
            csv.append(String.format(Locale.ROOT, "%.3f,%.3f%n", 40 + 5 * Math.sin(t / 3.0), random.nextGaussian()));
        }
        Path data = Files.writeString(folder.resolve("data.csv"), csv);
        String yaml =
                """
                name: small
                data: {kind: csv, path: %s, task: forecasting, target: [y], inputs: [y, z], window: 10, missing: previous, transform: %s}
                model: {layers: [%s]}
                training: {batch: 8, epochs: 2, updater: {adam: {learningRate: 0.02}}}
                engine: cpu
                """
                        .formatted(data, transform, layers);
        Path out = folder.resolve("run");
        Runs.train(
                RunFiles.parse(yaml, "test", List.of()),
                new Runs.Options(out, false, RunListener.NONE, new StopSignal()));
        return out;
    }

    private double[][] sequence(int steps) {
        double[][] sequence = new double[steps][];
        for (int t = 0; t < steps; t++) {
            sequence[t] = new double[] {40 + 5 * random.nextGaussian(), random.nextGaussian()};
        }
        return sequence;
    }

    /** The engines carry their states each in its own way. */
    @ParameterizedTest
    @ValueSource(strings = {"cpu", "dl4j"})
    void streamsInTurnAndTogetherAreWholeSequences(String engine) throws IOException {
        Path run = train("gru: {units: 5, layers: 2}, lstm: {units: 4}");
        try (Predictor predictor = Predictor.open(run, EngineRequest.of(engine))) {
            List<double[][]> sequences = List.of(sequence(9), sequence(9), sequence(9));
            List<Prediction> whole = predictor.predictAll(sequences);
            List<PredictionStream> streams = List.of(predictor.stream(), predictor.stream(), predictor.stream());
            for (int t = 0; t < 3; t++) {
                for (int i = 0; i < 3; i++) {
                    double value = streams.get(i).step(sequences.get(i)[t]).value("y");
                    assertEquals(whole.get(i).value(t, "y"), value, TOLERANCE);
                }
            }
            for (int t = 3; t < 6; t++) {
                double value = streams.get(1).step(sequences.get(1)[t]).value("y");
                assertEquals(whole.get(1).value(t, "y"), value, TOLERANCE);
            }
            for (int t = 3; t < 9; t++) {
                // the second is three steps ahead, and later begins anew
                int other = t + 3 < 9 ? t + 3 : t - 6;
                if (t == 6) {
                    streams.get(1).reset();
                    other = 0;
                }
                List<double[]> steps = List.of(
                        sequences.get(0)[t], sequences.get(1)[other], sequences.get(2)[t]);
                List<Prediction> next = predictor.stepAll(streams, steps);
                assertEquals(whole.get(0).value(t, "y"), next.get(0).value("y"), TOLERANCE);
                assertEquals(whole.get(1).value(other, "y"), next.get(1).value("y"), TOLERANCE);
                assertEquals(whole.get(2).value(t, "y"), next.get(2).value("y"), TOLERANCE);
            }
            assertEquals(9, streams.get(0).steps());
        }
    }

    /** Step by step, until something is known nothing can be told; steps of sequences that are longer or shorter on their way go together. */
    @ParameterizedTest
    @ValueSource(strings = {"difference", "seasonAndDifference, season: 4"})
    void streamsOfDifferencesAreWholeSequences(String transform) throws IOException {
        Path run = train(transform, "gru: {units: 5}");
        try (Predictor predictor = Predictor.open(run)) {
            int history = transform.contains("season") ? 5 : 1;
            assertEquals(history, predictor.history());
            List<double[][]> sequences = List.of(sequence(30), sequence(26));
            List<Prediction> whole = predictor.predictAll(sequences);
            PredictionStream first = predictor.stream();
            PredictionStream second = predictor.stream();
            for (int t = 0; t < 30; t++) {
                if (t < 4) {
                    assertEquals(
                            whole.get(0).value(t, "y"),
                            first.step(sequences.get(0)[t]).value("y"),
                            TOLERANCE);
                    continue;
                }
                List<Prediction> next = predictor.stepAll(
                        List.of(first, second),
                        List.of(sequences.get(0)[t], sequences.get(1)[t - 4]));
                assertEquals(whole.get(0).value(t, "y"), next.get(0).value("y"), TOLERANCE);
                assertEquals(whole.get(1).value(t - 4, "y"), next.get(1).value("y"), TOLERANCE);
                assertEquals(t - 4 < history, Double.isNaN(next.get(1).value("y")));
            }
            assertThrows(InvalidInputException.class, () -> predictor.predict(sequence(history)));
        }
    }

    @Test
    void whatIsPredictedIsPlainDl4jsOutputInTheUnitsOfTheData() throws IOException {
        Path run = train("gru: {units: 5}");
        double[][] steps = sequence(7);
        try (Predictor predictor = Predictor.open(run)) {
            var columns = (DataArtifact.Columns) predictor.run().artifact();
            float[][][] features = new float[1][2][7];
            for (int t = 0; t < 7; t++) {
                for (int i = 0; i < 2; i++) {
                    var column = columns.inputs().get(i);
                    features[0][i][t] = (float) ((steps[t][i] - column.shift()) / column.scale());
                }
            }
            INDArray output = ModelSerializer.restoreComputationGraph(
                            run.resolve("model.zip").toFile())
                    .output(Nd4j.createFromArray(features))[0];
            var target = columns.targets().get(0);
            Prediction prediction = predictor.predict(steps);
            assertEquals(List.of("y", "z"), predictor.inputs());
            assertEquals(7, prediction.steps());
            for (int t = 0; t < 7; t++) {
                assertEquals(
                        output.getDouble(0, 0, t) * target.scale() + target.shift(),
                        prediction.value(t, "y"),
                        TOLERANCE);
            }
        }
    }

    @Test
    void missingInputsAreThoseOfTheStepBefore() throws IOException {
        Path run = train("gru: {units: 5}");
        try (Predictor predictor = Predictor.open(run)) {
            double[][] steps = {{41, 1}, {42, 2}, {43, 3}};
            double[][] gaps = {{41, 1}, {Double.NaN, 2}, {43, Double.NaN}};
            double[][] filled = {{41, 1}, {41, 2}, {43, 2}};
            assertArrayEquals(
                    predictor.predict(filled).values(), predictor.predict(gaps).values());
            PredictionStream stream = predictor.stream();
            Prediction last = null;
            for (double[] step : gaps) {
                last = stream.step(step);
            }
            assertEquals(predictor.predict(filled).value("y"), last.value("y"), TOLERANCE);
            assertTrue(Math.abs(predictor.predict(steps).value("y") - last.value("y")) > TOLERANCE);
        }
    }

    @Test
    void manyThreadsGetWhatOneGets() throws Exception {
        Path run = train("gru: {units: 5}");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Predictor predictor = Predictor.open(run)) {
            List<double[][]> sequences = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                sequences.add(sequence(5 + i));
            }
            List<Prediction> expected = predictor.predictAll(sequences);
            List<Future<Double>> last = new ArrayList<>();
            for (double[][] sequence : sequences) {
                last.add(threads.submit(() -> {
                    PredictionStream stream = predictor.stream();
                    double value = 0;
                    for (double[] step : sequence) {
                        value = stream.step(step).value("y");
                    }
                    return value;
                }));
            }
            for (int i = 0; i < sequences.size(); i++) {
                assertEquals(expected.get(i).value("y"), last.get(i).get(), TOLERANCE);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatDoesNotFitIsNamedAndChangesNothing() throws IOException {
        Path run = train("gru: {units: 5}");
        double[][] steps = sequence(2);
        try (Predictor predictor = Predictor.open(run)) {
            PredictionStream stream = predictor.stream();
            stream.step(steps[0]);
            InvalidInputException tooFew = assertThrows(InvalidInputException.class, () -> stream.step(1));
            assertTrue(tooFew.getMessage().contains("2 inputs in a time step, [y, z]"), tooFew.getMessage());
            assertThrows(InvalidInputException.class, () -> stream.step(1, Double.POSITIVE_INFINITY));
            assertEquals(
                    predictor.predict(steps).value("y"), stream.step(steps[1]).value("y"), TOLERANCE);
        }
    }

    @Test
    void whatNeedsTheWholeSequenceIsNoStream() throws IOException {
        Path run = train("gru: {units: 3, direction: add}");
        try (Predictor predictor = Predictor.open(run)) {
            String told =
                    assertThrows(InvalidInputException.class, predictor::stream).getMessage();
            assertTrue(told.contains("reads sequences backward"), told);
        }
    }
}
