package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.train.SavedRun;

/** Runs as files of other libraries, by way of the command. */
class ExportCommandTest {
    @TempDir
    private static Path folder;

    private static final String COUNTS = ", normalization: none";

    private static String run;

    /** Rows far from 0 in one column and near it in the other, so that files without scaling would give other numbers. */
    @BeforeAll
    static void train() throws IOException {
        StringBuilder rows = new StringBuilder("height,weight,load\n");
        for (int i = 0; i < 120; i++) {
            double wave = Math.sin(i / 3.0);
            rows.append(170 + 20 * wave)
                    .append(',')
                    .append(0.01 * Math.cos(i / 5.0))
                    .append(',')
                    .append(900 + 300 * wave)
                    .append('\n');
        }
        Path data = Files.writeString(folder.resolve("data.csv"), rows);
        Files.writeString(
                folder.resolve("counts.csv"), rows.toString().replaceAll(",(\\d+)\\.\\d+(E-?\\d+)?\n", ",$1\n"));
        run = trained("run", data, "meanSquaredError", "");
    }

    private static String trained(String name, Path data, String loss, String more) throws IOException {
        Path file = Files.writeString(
                folder.resolve(name + ".yaml"),
                """
                name: loads
                data: {kind: csv, path: %s, task: forecasting, target: [load], inputs: [height, weight], window: 8, transform: none%s}
                model:
                  layers:
                    - lstm: {units: 5}
                    - gru: {units: 4}
                    - output: {loss: %s}
                training: {batch: 16, epochs: 2}
                """
                        .formatted(data, more, loss));
        String to = folder.resolve(name).toString();
        assertEquals(0, Main.execute("train", file.toString(), "--out", to, "--threads", "1"));
        return to;
    }

    /** Predictions are the mean of counts, not its logarithm, and quantiles that don't cross. */
    @Test
    void whatPredictionsMakeOfOutputsIsInTheFile() throws IOException {
        Path data = folder.resolve("data.csv");
        String quantiles = trained("quantiles", data, "{pinball: {quantiles: [0.45, 0.5, 0.55]}}", "");
        String counts =
                trained("counts", folder.resolve("counts.csv"), "{negativeBinomial: {dispersion: 0.5}}", COUNTS);
        for (String name : List.of(".onnx", ".keras", ".safetensors")) {
            String file = folder.resolve("quantiles-run" + name).toString();
            assertEquals(0, Main.execute("export", quantiles, file, "--check"), name);
            file = folder.resolve("counts-run" + name).toString();
            assertEquals(0, Main.execute("export", counts, file, "--check"), name);
        }
        NeutralGraph graph = Models.read(folder.resolve("quantiles-run.onnx")).graph();
        assertEquals(
                "[\"load q0.45\",\"load q0.5\",\"load q0.55\"]",
                graph.metadata().get("outputs"));
    }

    @Test
    void aRunIsWrittenAndGivesItsPredictions() throws IOException {
        for (String name : List.of("model.onnx", "model.stream.onnx", "model.safetensors", "model.keras")) {
            Path file = folder.resolve(name);
            assertEquals(0, Main.execute("export", run, file.toString(), "--check"), name);
            assertTrue(Files.exists(file));
        }
        assertTrue(Files.readString(folder.resolve("model.py")).contains("Standardize(2)"));
        assertEquals(2, Main.execute("export", run, folder.resolve("other.onnx").toString(), "--check", "--unscaled"));
        NeutralGraph stream = Models.read(folder.resolve("model.stream.onnx")).graph();
        assertEquals(4, stream.inputs().size(), "the sequence, h and c of the LSTM, h of the GRU");
        assertEquals("[\"height\",\"weight\"]", stream.metadata().get("inputs"));
    }

    @Test
    void filesThatComeWithAnotherAreNotReplacedUnasked() throws IOException {
        Files.writeString(folder.resolve("mine.py"), "mine");
        String file = folder.resolve("mine.safetensors").toString();
        assertEquals(2, Main.execute("export", run, file));
        assertEquals("mine", Files.readString(folder.resolve("mine.py")));
        assertFalse(Files.exists(folder.resolve("mine.safetensors")));
        assertEquals(0, Main.execute("export", run, file, "--force"));
    }

    /** A file that isn't the run's: a weight is a little off. */
    @Test
    void theCheckFindsWhatDiffers() {
        Path file = folder.resolve("checked.onnx");
        assertEquals(0, Main.execute("export", run, file.toString()));
        NeutralGraph right = Models.read(file).graph();
        Node output = right.nodes().stream()
                .filter(node -> node.name().contains("output"))
                .findFirst()
                .orElseThrow();
        Weight first = output.operation().weights().get(0);
        NeutralGraph wrong = right.withWeights(weight -> {
            float[] values = weight.values().clone();
            values[0] += weight.name().equals(first.name()) ? 0.01f : 0;
            return new Weight(weight.name(), weight.shape(), values);
        });
        SavedRun saved = SavedRun.read(Path.of(run));
        assertTrue(new ExportCheck(saved, right).words().contains("the same"));
        ForeignModelException e =
                assertThrows(ForeignModelException.class, () -> new ExportCheck(saved, wrong).words());
        assertTrue(e.getMessage().contains("load of example"), e.getMessage());
    }
}
