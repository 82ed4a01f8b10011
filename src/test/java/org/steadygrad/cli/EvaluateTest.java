package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole files scored, against what follows from the predictions that {@link PredictTest} holds to plain DL4J. */
@Timeout(240)
class EvaluateTest {
    @TempDir
    Path folder;

    private final Random random = new Random(3);

    private void train(String name, String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".yaml"), yaml.replace("FOLDER", folder.toString()));
        String out = folder.resolve(name).toString();
        assertEquals(0, Main.execute("train", file.toString(), "--out", out, "--quiet"));
    }

    private JsonNode json(Object... arguments) throws Exception {
        return new ObjectMapper()
                .readTree(Launched.run(folder, null, arguments).well().out());
    }

    private String series(int rows) {
        StringBuilder csv = new StringBuilder("y\n");
        for (int t = 0; t < rows; t++) {
            csv.append(String.format(Locale.ROOT, "%.3f%n", 300 + 50 * Math.sin(t / 4.0) + random.nextGaussian()));
        }
        return csv.toString();
    }

    /** The last 18 of 90 rows in three stretches; each has its own model, and a share for each quantile. */
    @Test
    void quantilesFromSeveralCutOffs() throws Exception {
        Files.writeString(folder.resolve("series.csv"), series(90));
        train(
                "cut",
                """
                name: cut
                data: {kind: csv, path: FOLDER/series.csv, task: forecasting, target: [y], window: 8, transform: none}
                model: {layers: [gru: {units: 4}, output: {loss: {pinball: {quantiles: [0.25, 0.75]}}}]}
                training: {batch: 4, epochs: 3, updater: {adam: {learningRate: 0.02}}}
                """);
        JsonNode folds = json("evaluate", "cut", "--backtest", "3", "--json").get("backtest");
        assertEquals(3, folds.size());
        for (int i = 0; i < 3; i++) {
            assertEquals(72 + 6 * i, folds.get(i).get("rowsBefore").asInt());
            assertEquals(5, folds.get(i).get("scored").asInt());
            JsonNode quantiles = folds.get(i).get("quantiles");
            assertEquals(0.75, quantiles.get(1).get("quantile").asDouble());
            assertTrue(quantiles.get(0).get("below").asDouble()
                    <= quantiles.get(1).get("below").asDouble());
        }
        Launched refused = Launched.run(folder, null, "evaluate", "cut", "--backtest", "3", "--plots", "plots");
        assertEquals(2, refused.code());
        String said = Launched.run(folder, null, "evaluate", "cut").well().text();
        assertTrue(said.contains("lies between the quantiles 0.25"), said);
        String measured = Launched.run(folder, null, "diagnose", "cut.yaml").text();
        assertTrue(measured.contains("8 of 8 steps"), measured);
    }

    /** Every step of a path has a reference of its own; the file's own values say what its error is. */
    @Test
    void everyStepOfAPathIsInOriginalUnits() throws Exception {
        String rows = series(60);
        Files.writeString(folder.resolve("series.csv"), series(90));
        Path test = Files.writeString(folder.resolve("test.csv"), rows);
        train(
                "path",
                """
                name: path
                data: {kind: csv, path: FOLDER/series.csv, task: forecasting, target: [y], window: 8, horizon: 3, forecast: path,
                       transform: seasonAndDifference, season: 6}
                model: {layers: [gru: {units: 4}]}
                training: {batch: 4, epochs: 3, updater: {adam: {learningRate: 0.02}}}
                """);
        double[] y = rows.lines().skip(1).mapToDouble(Double::parseDouble).toArray();
        JsonNode targets = json("evaluate", "path", "--data", test, "--json").get("targets");
        List<NamedCsvRecord> forecasts = CsvReader.builder()
                .ofNamedCsvRecord(Launched.run(folder, null, "predict", "path", "--data", test)
                        .well()
                        .text())
                .stream()
                .toList();
        assertEquals("16", forecasts.get(0).getField("line"), "after a season and a row, and a window of 8");
        for (int ahead = 1; ahead <= 3; ahead++) {
            double squares = 0;
            int count = 0;
            for (NamedCsvRecord forecast : forecasts) {
                int last = Integer.parseInt(forecast.getField("line")) - 2;
                if (last + 3 < y.length) {
                    double error = Double.parseDouble(forecast.getField("y (+" + ahead + ")")) - y[last + ahead];
                    squares += error * error;
                    count++;
                }
            }
            assertEquals(15, count);
            assertEquals(
                    Math.sqrt(squares / count),
                    targets.get(ahead - 1).get("rmse").asDouble(),
                    1e-3);
        }
    }

    /** 39 of the 40 rows have a next one; of windows of 8 the last has 7. Of differences the first row has nothing before it. */
    @ParameterizedTest
    @CsvSource({"none, 0", "difference, 1", "returns, 1", "'seasonAndDifference, season: 6', 7"})
    void everyRowOfATestFileIsScored(String transform, int unknown) throws Exception {
        int scored = 39 - unknown;
        Files.writeString(folder.resolve("series.csv"), series(90));
        Path test = Files.writeString(folder.resolve("test.csv"), series(40));
        train(
                "series",
                """
                name: series
                data: {kind: csv, path: FOLDER/series.csv, task: forecasting, target: [y], window: 8, horizon: 1, transform: TRANSFORM}
                model: {layers: [gru: {units: 4}]}
                training: {batch: 4, epochs: 3, updater: {adam: {learningRate: 0.02}}}
                """
                        .replace("TRANSFORM", transform));
        JsonNode all = json("evaluate", "series", "--data", test, "--json");
        assertEquals(scored, all.get("scored").asInt());
        int examples = (scored + 7) / 8;
        assertEquals(examples, all.get("examples").asInt());
        assertEquals(
                all, json("evaluate", "series", "--set", "data.path=" + test, "--set", "data.validation=1", "--json"));
        List<NamedCsvRecord> rows = CsvReader.builder()
                .ofNamedCsvRecord(Launched.run(folder, null, "predict", "series", "--data", test, "--keep", "y")
                        .well()
                        .text())
                .stream()
                .toList();
        double squares = 0;
        double magnitudes = 0;
        double errors = 0;
        double mean = 0;
        assertEquals(40, rows.size());
        for (int t = 0; t < unknown; t++) {
            assertEquals("", rows.get(t).getField("y+1"));
        }
        for (int t = unknown; t < 39; t++) {
            mean += Double.parseDouble(rows.get(t + 1).getField("y")) / scored;
        }
        double deviations = 0;
        for (int t = unknown; t < 39; t++) {
            double actual = Double.parseDouble(rows.get(t + 1).getField("y"));
            double error = Double.parseDouble(rows.get(t).getField("y+1")) - actual;
            squares += error * error;
            magnitudes += Math.abs(error);
            errors += error;
            deviations += (actual - mean) * (actual - mean);
        }
        JsonNode target = all.get("targets").get(0);
        assertEquals("y", target.get("target").asText());
        assertEquals(Math.sqrt(squares / scored), target.get("rmse").asDouble(), 1e-3);
        assertEquals(magnitudes / scored, target.get("mae").asDouble(), 1e-3);
        assertEquals(errors / scored, target.get("bias").asDouble(), 1e-3);
        assertEquals(1 - squares / deviations, target.get("r2").asDouble(), 1e-4);
        String text = Launched.run(folder, null, "evaluate", "series", "--data", test)
                .well()
                .text();
        assertTrue(text.startsWith(examples + " examples, " + scored + " time steps scored."), text);
    }

    @Test
    void classesAreCountedOneByOne() throws Exception {
        StringBuilder csv = new StringBuilder("id,x,kind\n");
        for (int s = 0; s < 45; s++) {
            for (int t = 0; t < 4 + s % 3; t++) {
                double x = s % 3 + random.nextGaussian();
                csv.append(String.format(Locale.ROOT, "s%d,%.3f,k%d%n", s, x, s % 3));
            }
        }
        Path file = Files.writeString(folder.resolve("classes.csv"), csv);
        train(
                "classes",
                """
                name: classes
                data: {kind: csv, path: FOLDER/classes.csv, task: classification, target: [kind], sequence: id}
                model: {layers: [gru: {units: 4}]}
                training: {batch: 8, epochs: 6, updater: {adam: {learningRate: 0.02}}}
                """);
        JsonNode all = json("evaluate", "classes", "--data", file, "--json");
        int[][] counts = new int[3][3];
        int right = 0;
        List<NamedCsvRecord> rows = CsvReader.builder()
                .ofNamedCsvRecord(Launched.run(folder, null, "predict", "classes", "--data", file, "--keep", "kind")
                        .well()
                        .text())
                .stream()
                .toList();
        for (NamedCsvRecord row : rows) {
            int actual = row.getField("kind").charAt(1) - '0';
            int predicted = row.getField("class").charAt(1) - '0';
            counts[actual][predicted]++;
            right += actual == predicted ? 1 : 0;
        }
        assertEquals(45, all.get("scored").asInt());
        assertEquals(right / 45.0, all.get("accuracy").asDouble(), 1e-9);
        double mostProbable = 0;
        double held = 0;
        double expected = 0;
        for (NamedCsvRecord row : rows) {
            expected += Double.parseDouble(row.getField("p(" + row.getField("class") + ")"));
        }
        for (int a = 0; a < 3; a++) {
            for (int p = 0; p < 3; p++) {
                assertEquals(
                        counts[a][p],
                        all.get("confusion").get("counts").get(a).get(p).asInt());
            }
        }
        for (JsonNode bin : all.get("reliability")) {
            mostProbable += bin.get("share").asDouble() * bin.get("weight").asDouble();
            held += bin.get("probability").asDouble() * bin.get("weight").asDouble();
        }
        assertEquals(right, mostProbable, 1e-9);
        assertEquals(expected, held, 1e-4);
        Launched.run(folder, null, "evaluate", "classes", "--data", file, "--plots", "plots")
                .well();
        for (String picture : new String[] {"reliability", "confusion"}) {
            String svg = Files.readString(folder.resolve("plots").resolve(picture + ".svg"));
            assertTrue(svg.startsWith("<svg") && svg.contains("</svg>"), picture);
            assertTrue(ImageIO.read(folder.resolve("plots")
                                    .resolve(picture + ".png")
                                    .toFile())
                            .getWidth()
                    > 800);
        }
    }

    @Test
    void generatedDataHaveNoFile() throws Exception {
        train(
                "adding",
                """
                name: adding
                data: {kind: adding, length: 4, examples: 24, validationExamples: 9}
                model: {layers: [gru: {units: 3}]}
                training: {batch: 8, epochs: 1}
                """);
        Launched ended = Launched.run(folder, null, "evaluate", "adding", "--data", "adding.yaml");
        assertEquals(2, ended.code(), ended.err());
        assertTrue(ended.err().contains("are generated"), ended.err());
    }
}
