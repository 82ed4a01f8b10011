package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.model.ModelFile;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunFolder;
import org.steadygrad.spec.RunSpec;

/** Run files that pool sequences of different lengths, with blocks above that add their input. */
class PooledRunTest {
    private static final String YAML =
            """
            name: pooled
            seed: 5
            data: {kind: csv, path: '%s', task: classification, target: [class], sequence: id}
            model:
              layers:
                - gru: {units: 6}
                - pool: {kind: %s}
                - stack: {depth: 3, units: 6, activation: tanh, residual: true}
                - dense: {units: 3, activation: tanh}
            training: {batch: 7, epochs: 4, updater: {sgd: {learningRate: 0.05}}}
            """;

    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    /** Sequences of 1, 3, 7, 17 and 33 rows; class b has larger values. */
    private Path data() throws IOException {
        int[] lengths = {1, 3, 7, 17, 33};
        StringBuilder csv = new StringBuilder("id,x,y,class\n");
        for (int sequence = 0; sequence < 40; sequence++) {
            boolean large = sequence % 3 == 0;
            for (int row = 0; row < lengths[sequence % 5]; row++) {
                double x = Math.sin(sequence + 0.7 * row) + (large ? 1 : 0);
                csv.append(String.format("s%d,%.4f,%.4f,%s%n", sequence, x, Math.cos(x * row), large ? "b" : "a"));
            }
        }
        return Files.writeString(folder.resolve("sequences.csv"), csv);
    }

    @ParameterizedTest
    @ValueSource(strings = {"max", "average", "sum", "last"})
    void trainToTheSameLossesOnEveryEngineAndAreReadBack(String kind) throws IOException {
        String yaml = YAML.formatted(data(), kind);
        List<Double> expected = losses(TinyRun.spec(yaml, "engine=dl4j"), folder.resolve("dl4j"));
        List<Double> actual = losses(TinyRun.spec(yaml, "engine=cpu"), folder.resolve("cpu"));
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), actual.get(i), TOLERANCE * expected.get(i), "loss of step " + (i + 1));
        }
        int half = expected.size() / 2;
        assertTrue(mean(expected.subList(half, 2 * half)) < mean(expected.subList(0, half)), expected.toString());
        assertPaddingCountsForNothing(
                ModelFile.read(RunFolder.open(folder.resolve("cpu")).model()).graph());
    }

    private static List<Double> losses(RunSpec run, Path folder) {
        TinyRun.Notes notes = new TinyRun.Notes();
        Runs.train(run, new Runs.Options(folder, false, notes, new StopSignal()));
        return notes.steps().stream().map(RunEvent.Step::loss).toList();
    }

    private static double mean(List<Double> losses) {
        return losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static void assertPaddingCountsForNothing(ComputationGraph model) {
        Nd4j.getRandom().setSeed(3);
        INDArray features = Nd4j.randn(DataType.FLOAT, 1, 2, 5);
        INDArray whole = Nd4j.ones(DataType.FLOAT, 1, 5);
        INDArray padded = Nd4j.concat(2, features, Nd4j.valueArrayOf(new long[] {1, 2, 4}, 9f, DataType.FLOAT));
        INDArray mask = Nd4j.zeros(DataType.FLOAT, 1, 9);
        mask.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 5)).assign(1);
        INDArray expected = output(model, features, whole);
        assertTrue(expected.equalsWithEps(output(model, padded, mask), 1e-6));
        assertNotEquals(expected, output(model, padded, Nd4j.ones(DataType.FLOAT, 1, 9)));
    }

    private static INDArray output(ComputationGraph model, INDArray features, INDArray mask) {
        return model.output(false, new INDArray[] {features}, new INDArray[] {mask})[0];
    }
}
