package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Predictions for files, against plain DL4J on inputs that are scaled by hand. */
@Timeout(240)
class PredictTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    /** [row][input] of each sequence. */
    private final List<double[][]> sequences = new ArrayList<>();

    private final Random random = new Random(5);

    private void sequences(int count) {
        for (int s = 0; s < count; s++) {
            double[][] rows = new double[3 + random.nextInt(12)][2];
            for (int t = 0; t < rows.length; t++) {
                rows[t][0] = Math.rint(1000 * random.nextGaussian()) / 1000 + s % 3 * t;
                rows[t][1] = 1000 + Math.rint(1e5 * random.nextGaussian()) / 1000;
            }
            sequences.add(rows);
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private void train(String name, String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".yaml"), yaml.replace("FOLDER", folder.toString()));
        assertEquals(
                0,
                Main.execute(
                        "train", file.toString(), "--out", folder.resolve(name).toString(), "--quiet"));
    }

    /** Mean and deviation of both inputs, as they are in the model file. */
    private double[][] scaling(String run, String kind) throws IOException {
        try (ZipFile zip = new ZipFile(folder.resolve(run).resolve("model.zip").toFile())) {
            String entry = zip.stream()
                    .map(e -> e.getName())
                    .filter(e -> e.endsWith("data.json"))
                    .findFirst()
                    .orElseThrow();
            JsonNode columns = new ObjectMapper()
                    .readTree(zip.getInputStream(zip.getEntry(entry)))
                    .get("artifact")
                    .get(kind);
            double[][] scaling = new double[columns.size()][];
            for (int i = 0; i < scaling.length; i++) {
                JsonNode column = columns.get(i);
                scaling[i] = new double[] {
                    column.get("shift").asDouble(), column.get("scale").asDouble()
                };
            }
            return scaling;
        }
    }

    /** What DL4J gives for one sequence alone: [output, time], or [output]. */
    private static double[][] dl4j(ComputationGraph model, double[][] rows, double[][] scaling) {
        float[][][] features = new float[1][rows[0].length][rows.length];
        for (int t = 0; t < rows.length; t++) {
            for (int i = 0; i < rows[0].length; i++) {
                features[0][i][t] = (float) ((rows[t][i] - scaling[i][0]) / scaling[i][1]);
            }
        }
        INDArray output = model.output(Nd4j.createFromArray(features))[0];
        double[][] values = new double[(int) output.size(1)][];
        for (int i = 0; i < values.length; i++) {
            values[i] = output.rank() == 2
                    ? new double[] {output.getDouble(0, i)}
                    : output.slice(0).slice(i).dup().data().asDouble();
        }
        return values;
    }

    private ComputationGraph model(String run) throws IOException {
        return ModelSerializer.restoreComputationGraph(
                folder.resolve(run).resolve("model.zip").toFile());
    }

    private static List<NamedCsvRecord> rows(String csv) {
        return CsvReader.builder().ofNamedCsvRecord(csv).stream().toList();
    }

    @Test
    void classesOfSequences() throws Exception {
        sequences(30);
        String[] kinds = {"rises \"fast\"", "a, b", "none"};
        StringBuilder training = new StringBuilder("id,kind,a,b\n");
        StringBuilder unlabelled = new StringBuilder("b,extra,id,a\n");
        for (int s = 0; s < sequences.size(); s++) {
            for (double[] row : sequences.get(s)) {
                String kind = '"' + kinds[s % 3].replace("\"", "\"\"") + '"';
                training.append("s" + s + "," + kind + "," + number(row[0]) + "," + number(row[1]) + "\n");
                unlabelled.append(number(row[1]) + ",x,s" + s + "," + number(row[0]) + "\n");
            }
        }
        Files.writeString(folder.resolve("training.csv"), training);
        Path file = Files.writeString(folder.resolve("new.csv"), unlabelled);
        train(
                "classes",
                """
                name: classes
                data: {kind: csv, path: FOLDER/training.csv, task: classification, target: [kind], sequence: id}
                model: {layers: [gru: {units: 5}]}
                training: {batch: 8, epochs: 3, updater: {adam: {learningRate: 0.02}}}
                """);
        Path out = folder.resolve("predictions.csv");
        String told = Launched.run(folder, null, "predict", "classes", "--data", file, "--out", out)
                .well()
                .text();
        assertTrue(told.contains("30 predictions for 30 examples"), told);
        List<NamedCsvRecord> rows = rows(Files.readString(out));
        ComputationGraph model = model("classes");
        double[][] scaling = scaling("classes", "inputs");
        assertEquals(30, rows.size());
        // classes are numbered in the order of their names
        String[] sorted = kinds.clone();
        Arrays.sort(sorted);
        int line = 1;
        for (int s = 0; s < rows.size(); s++) {
            double[][] expected = dl4j(model, sequences.get(s), scaling);
            line += sequences.get(s).length;
            NamedCsvRecord row = rows.get(s);
            assertEquals("s" + s, row.getField("id"));
            assertEquals(Integer.toString(line), row.getField("line"));
            int best = 0;
            for (int k = 0; k < 3; k++) {
                assertEquals(expected[k][0], Double.parseDouble(row.getField("p(" + sorted[k] + ")")), TOLERANCE);
                best = expected[k][0] > expected[best][0] ? k : best;
            }
            assertEquals(sorted[best], row.getField("class"));
        }
    }

    /** Trains on a series of 90 rows. @return its rows */
    private double[][] series() throws IOException {
        double[][] all = new double[90][2];
        StringBuilder csv = new StringBuilder("day,y,z\n");
        for (int t = 0; t < all.length; t++) {
            all[t][0] = Double.parseDouble(number(500 + 100 * Math.sin(t / 5.0)));
            all[t][1] = Double.parseDouble(number(random.nextGaussian()));
            csv.append("d" + t + "," + number(all[t][0]) + "," + number(all[t][1]) + "\n");
        }
        Files.writeString(folder.resolve("series.csv"), csv);
        train(
                "series",
                """
                name: series
                data: {kind: csv, path: FOLDER/series.csv, task: forecasting, target: [y], inputs: [y, z], window: 12, horizon: 2, transform: none}
                model: {layers: [gru: {units: 5}]}
                training: {batch: 4, epochs: 3, updater: {adam: {learningRate: 0.02}}}
                """);
        return all;
    }

    /** What is expected of {@link #series}, window by window, each after the twelve rows before it. */
    private double[] forecasts(double[][] all) throws IOException {
        ComputationGraph model = model("series");
        double[][] inputs = scaling("series", "inputs");
        double[] target = scaling("series", "targets")[0];
        double[] expected = new double[all.length];
        for (int from = 0; from < all.length; from += 12) {
            int shown = Math.max(0, from - 12);
            double[] scaled = dl4j(model, Arrays.copyOfRange(all, shown, Math.min(all.length, from + 12)), inputs)[0];
            for (int t = from - shown; t < scaled.length; t++) {
                expected[shown + t] = scaled[t] * target[1] + target[0];
            }
        }
        return expected;
    }

    @Test
    void forecastsThroughPipesInOriginalUnits() throws Exception {
        double[] expected = forecasts(series());
        Path in = folder.resolve("series.csv");
        String csv = Launched.run(folder, in, "predict", "series", "--data", "-", "--keep", "day")
                .well()
                .text();
        List<NamedCsvRecord> rows = rows(csv);
        String lines = Launched.run(folder, in, "predict", "series", "--data", "-", "--out", "-", "--format", "jsonl")
                .well()
                .text();
        List<String> objects = lines.lines().toList();
        assertEquals(90, rows.size());
        assertEquals(90, objects.size());
        for (int t = 0; t < 90; t++) {
            assertEquals("d" + t, rows.get(t).getField("day"));
            assertEquals(expected[t], Double.parseDouble(rows.get(t).getField("y+2")), 100 * TOLERANCE);
            JsonNode object = new ObjectMapper().readTree(objects.get(t));
            assertEquals(t + 2, object.get("line").asInt());
            assertEquals(
                    Double.parseDouble(rows.get(t).getField("y+2")),
                    object.get("y+2").asDouble());
        }
    }

    /** Windows of 12 of the 90 rows begin 5 rows apart, and the last one ends with the file, so that what comes next is forecast. */
    @Test
    void pathsFromTheEndOfTheFile() throws Exception {
        double[][] all = series();
        String csv = Files.readString(folder.resolve("series.csv"));
        LocalDate first = LocalDate.of(2024, 1, 1);
        for (int t = all.length - 1; t >= 0; t--) {
            csv = csv.replace("d" + t + ",", first.plusDays(t) + ",");
        }
        Files.writeString(folder.resolve("series.csv"), csv);
        train(
                "path",
                """
                name: path
                data: {kind: csv, path: FOLDER/series.csv, task: forecasting, target: [y], inputs: [y, z], window: 12, horizon: 5, forecast: path, transform: none}
                model: {layers: [gru: {units: 5}]}
                training: {batch: 8, epochs: 2, updater: {adam: {learningRate: 0.02}}}
                """);
        List<NamedCsvRecord> rows = rows(Launched.run(folder, null, "predict", "path", "--data", "series.csv")
                .well()
                .text());
        assertEquals(17, rows.size());
        ComputationGraph model = model("path");
        double[][] inputs = scaling("path", "inputs");
        double[] target = scaling("path", "targets")[0];
        for (int i = 0; i < rows.size(); i++) {
            int end = Math.min(90, 12 + 5 * i);
            assertEquals(Integer.toString(end + 1), rows.get(i).getField("line"));
            assertEquals(first.plusDays(end - 1).toString(), rows.get(i).getField("day"));
            assertEquals(first.plusDays(end).toString(), rows.get(i).getField("day+1"));
            assertEquals(first.plusDays(end + 4).toString(), rows.get(i).getField("day+5"));
            double[][] scaled = dl4j(model, Arrays.copyOfRange(all, end - 12, end), inputs);
            for (int ahead = 1; ahead <= 5; ahead++) {
                assertEquals(
                        scaled[ahead - 1][0] * target[1] + target[0],
                        Double.parseDouble(rows.get(i).getField("y (+" + ahead + ")")),
                        100 * TOLERANCE);
            }
        }
    }

    @Test
    void arraysForNumPy() throws Exception {
        double[] expected = forecasts(series());
        Path out = folder.resolve("predictions.npz");
        Launched.run(folder, null, "predict", "series", "--data", "series.csv", "--out", out, "--keep", "day")
                .well();
        try (ZipFile zip = new ZipFile(out.toFile())) {
            byte[] forecasts = zip.getInputStream(zip.getEntry("y+2.npy")).readAllBytes();
            assertArrayEquals(
                    expected, Nd4j.createNpyFromByteArray(forecasts).data().asDouble(), 100 * TOLERANCE);
            byte[] days = zip.getInputStream(zip.getEntry("day.npy")).readAllBytes();
            String header = new String(days, 0, 128, StandardCharsets.ISO_8859_1);
            assertTrue(header.contains("'descr': '<U3'") && header.contains("'shape': (90,)"), header);
            assertEquals(128 + 90 * 3 * 4, days.length);
            assertEquals("d0\0d1\0", new String(days, 128, 24, Charset.forName("UTF-32LE")));
        }
    }

    private String refusal(Object... arguments) throws Exception {
        Launched ended = Launched.run(folder, null, arguments);
        assertEquals(1, ended.code(), ended.err());
        assertFalse(ended.err().contains("Exception"), ended.err());
        return ended.err();
    }

    @Test
    void whatDoesNotFitIsNamedByItsPlace() throws Exception {
        series();
        Path bad = Files.writeString(folder.resolve("bad.csv"), "z,y\n1,2\n1,none\n");
        Path out = Files.writeString(folder.resolve("out.csv"), "what was there");
        String told = refusal("predict", "series", "--data", bad, "--out", out);
        assertTrue(told.contains("bad.csv, line 3, column \"y\": expected a finite number, got \"none\""), told);
        assertEquals("what was there", Files.readString(out));
        Files.writeString(bad, "y,zet\n1,2\n");
        told = refusal("predict", "series", "--data", bad, "--out", out);
        assertTrue(told.contains("bad.csv: expected the column \"z\", an input of the model"), told);
        Files.write(bad, new byte[] {'y', ',', 'z', '\n', '1', ',', '2', '\n', '1', ',', (byte) 0xFF, '\n'});
        told = refusal("predict", "series", "--data", bad, "--out", out);
        assertTrue(told.contains("bad.csv, line 3, column \"z\": expected text"), told);
        told = refusal("predict", "series", "--data", "series.csv", "--out", "predictions.parquet");
        assertTrue(told.contains(".csv, .jsonl, .npz") && told.contains("Parquet isn't written"), told);
    }

    @Test
    void modelsOfTextsSayWhatToUseInstead() throws Exception {
        Files.writeString(folder.resolve("text.txt"), "to be or not to be that is the question ".repeat(20));
        train(
                "text",
                """
                name: text
                data: {kind: text, path: FOLDER/text.txt, sequenceLength: 8, validation: 0.2}
                model: {layers: [embedding: {size: 4}]}
                training: {batch: 8, epochs: 1}
                """);
        String told = refusal("predict", "text", "--data", "text.txt", "--out", "p.csv");
        assertTrue(told.contains("use generate"), told);
    }
}
