package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class BacktestTest {
    private static final int ROWS = 100;

    @TempDir
    Path folder;

    /** @param changed from this row on, values are others */
    private RunSpec run(int changed, String... overrides) throws IOException {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder("y\n");
        for (int t = 0; t < ROWS; t++) {
            double value = 10 + Math.sin(t / 2.0) + 0.1 * random.nextGaussian();
            csv.append(t < changed ? value : 50 - 3 * value).append('\n');
        }
        Path file = Files.writeString(folder.resolve("series" + changed + ".csv"), csv);
        String yaml =
                """
                name: back
                seed: 1
                data: {kind: csv, path: %s, task: forecasting, target: y, window: 8, validation: 0.3, transform: none}
                model: {layers: [{gru: {units: 4}}]}
                training: {epochs: 3, batch: 4, updater: {adam: {learningRate: 0.02}}}
                """
                        .formatted(file);
        return RunFiles.parse(yaml, "the test", List.of(overrides));
    }

    private static List<Backtest.Fold> test(RunSpec run, int cutOffs) {
        List<Backtest.Fold> told = new ArrayList<>();
        List<Backtest.Fold> folds = Backtest.of(run, cutOffs, EngineRequest.of("cpu", 1), told::add);
        assertEquals(folds, told);
        return folds;
    }

    /** Three stretches of 10 rows, in each of which 9 rows have a row before them to be forecast from. */
    @Test
    void whatComesLaterIsNeverSeen() throws IOException {
        List<Backtest.Fold> folds = test(run(ROWS), 3);
        assertEquals(
                List.of(70, 80, 90), folds.stream().map(Backtest.Fold::rows).toList());
        List<Backtest.Fold> others = test(run(80), 3);
        assertEquals(
                folds.get(0).evaluation().metrics(), others.get(0).evaluation().metrics());
        assertEquals(folds.get(0).guess(), others.get(0).guess());
        assertNotEquals(
                folds.get(1).evaluation().metrics(), others.get(1).evaluation().metrics());
        for (Backtest.Fold fold : folds) {
            assertEquals(9, fold.evaluation().scored());
            assertTrue(fold.guess().isPresent());
        }
    }

    @Test
    void pathsAreScoredInOriginalUnits() throws IOException {
        List<Backtest.Fold> folds = test(run(ROWS, "data.forecast=path", "data.horizon=5"), 2);
        for (Backtest.Fold fold : folds) {
            assertEquals(3, fold.evaluation().scored(), "three paths of five rows in fifteen");
            assertEquals(5, fold.evaluation().numbers().size());
            assertTrue(fold.evaluation().numbers().get(0).rmse() < 3);
        }
    }

    @Test
    void whatCannotBeTestedIsSaid() throws IOException {
        assertTrue(refusal(run(ROWS), 20).contains("Take fewer cut-offs"));
        assertTrue(refusal(run(ROWS), 1).contains("cut-offs"));
        assertTrue(refusal(run(ROWS, "data.validation=0"), 2).contains("single series"));
        assertTrue(refusal(run(ROWS, "data.limit=20"), 4).contains("at least 2 rows after each cut-off"));
    }

    private static String refusal(RunSpec run, int cutOffs) {
        return assertThrows(InvalidInputException.class, () -> test(run, cutOffs))
                .getMessage();
    }
}
