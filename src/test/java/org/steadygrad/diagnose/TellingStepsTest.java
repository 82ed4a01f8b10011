package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.DataSources;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class TellingStepsTest {
    @TempDir
    Path folder;

    /** @param at step of each sequence of 20 to 30, counted from its end, whose sign is the answer; 0 for none */
    private Optional<TellingSteps> of(int at, String task) throws IOException {
        Random random = new Random(3);
        StringBuilder rows = new StringBuilder("id,u,x,y\n");
        for (int i = 0; i < 200; i++) {
            double[] x = new double[20 + random.nextInt(11)];
            for (int t = 0; t < x.length; t++) {
                x[t] = random.nextGaussian();
            }
            int answer = (at == 0 ? random.nextGaussian() : x[x.length - at]) > 0 ? 1 : 0;
            for (double value : x) {
                rows.append(i + "," + random.nextGaussian() + "," + value + "," + answer + "\n");
            }
        }
        Path file = folder.resolve("rows.csv");
        Files.writeString(file, rows.toString());
        RunSpec run = RunFiles.parse(
                "{data: {kind: csv, path: '" + file + "', task: " + task
                        + ", target: [y], sequence: id}, model: {layers: [rnn: 4, pool: last]}}",
                "test");
        return TellingSteps.of(DataSources.open(run.data(), 32, 7));
    }

    @Test
    void theStepThatTellsTheAnswerIsFound() throws IOException {
        for (int at : new int[] {1, 7, 18}) {
            TellingSteps found = of(at, "classification").orElseThrow();
            assertEquals(at, found.nearest());
            // of a normal number with its sign: the root of 2 / pi
            assertEquals(Math.sqrt(2 / Math.PI), found.correlation(), 0.08);
        }
    }

    @Test
    void whereNothingTellsItNothingIsFound() throws IOException {
        TellingSteps found = of(0, "classification").orElseThrow();
        assertEquals(0, found.nearest());
        assertTrue(found.sequences() > 100);
    }

    @Test
    void whereEveryStepHasAnAnswerNothingIsSaid() throws IOException {
        assertEquals(Optional.empty(), of(3, "tagging"));
    }
}
