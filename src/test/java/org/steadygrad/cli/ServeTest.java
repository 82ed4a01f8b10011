package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A model served by a process of its own, against what the command predict gives for the same rows. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(240)
class ServeTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    Path folder;

    private final Random random = new Random(2);
    private final HttpClient client = HttpClient.newHttpClient();
    private Process server;
    private String base;
    private String token = "";

    @AfterEach
    void end() throws InterruptedException {
        if (server != null) {
            server.destroyForcibly().waitFor();
        }
    }

    private Path train() throws IOException {
        StringBuilder csv = new StringBuilder("id,a,b,kind\n");
        for (int s = 0; s < 30; s++) {
            for (int t = 0; t < 6; t++) {
                csv.append(String.format(
                        Locale.ROOT,
                        "s%d,%.3f,%.3f,k%d%n",
                        s,
                        100 + 10 * (s % 3 + random.nextGaussian()),
                        random.nextGaussian(),
                        s % 3));
            }
        }
        Path data = Files.writeString(folder.resolve("data.csv"), csv);
        String yaml =
                """
                name: kinds
                data: {kind: csv, path: %s, task: classification, target: [kind], sequence: id, missing: mean}
                model: {layers: [gru: {units: 4}]}
                training: {batch: 8, epochs: 3, updater: {adam: {learningRate: 0.02}}}
                """
                        .formatted(data);
        Path file = Files.writeString(folder.resolve("kinds.yaml"), yaml);
        Path run = folder.resolve("run");
        assertEquals(0, Main.execute("train", file.toString(), "--out", run.toString(), "--quiet"));
        return data;
    }

    private void serve(String... options) throws IOException {
        List<Object> arguments = new ArrayList<>(List.of("serve", "run", "--port", "0"));
        arguments.addAll(List.of(options));
        server = Launched.builder(folder, arguments.toArray())
                .redirectError(folder.resolve("serve.err").toFile())
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        assertTrue(line != null && line.contains("http://"), () -> errors());
        URI url = URI.create(line.substring(line.indexOf("http://")));
        base = "http://localhost:" + url.getPort();
    }

    private String errors() {
        try {
            return Files.readString(folder.resolve("serve.err"));
        } catch (IOException e) {
            return "";
        }
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private HttpRequest infer(String body) {
        return request("/v2/models/kinds/infer")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> post(String body) throws Exception {
        return client.send(infer(body), HttpResponse.BodyHandlers.ofString());
    }

    private static String body(String shape, String data, String parameters) {
        return "{\"id\": \"7\", \"inputs\": [{\"name\": \"input\", \"datatype\": \"FP64\", \"shape\": " + shape
                + ", \"data\": " + data + "}]" + parameters + "}";
    }

    /** Rows "a,b" of the sequences, and what predict gives for them. */
    private record Expected(List<List<String>> rows, List<JsonNode> predictions) {}

    private Expected expected(Path data) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(data).subList(1, 181)) {
            String[] cells = line.split(",");
            if (rows.size() <= Integer.parseInt(cells[0].substring(1))) {
                rows.add(new ArrayList<>());
            }
            rows.get(rows.size() - 1).add(cells[1] + "," + cells[2]);
        }
        List<JsonNode> predictions = new ArrayList<>();
        String lines = Launched.run(folder, null, "predict", "run", "--data", data, "--format", "jsonl")
                .well()
                .text();
        for (String line : lines.lines().toList()) {
            predictions.add(JSON.readTree(line));
        }
        return new Expected(rows, predictions);
    }

    private static void assertPrediction(JsonNode expected, JsonNode answer, int row) {
        for (int k = 0; k < 3; k++) {
            assertEquals(
                    expected.get("probabilities").get("k" + k).asDouble(),
                    answer.get("outputs").get(0).get("data").get(3 * row + k).asDouble(),
                    1e-5);
        }
        assertEquals(
                expected.get("class").asText(),
                answer.get("outputs").get(1).get("data").get(row).asText());
    }

    @Test
    void answersByTheOpenInferenceProtocol() throws Exception {
        Expected expected = expected(train());
        serve();
        assertEquals(200, get("/v2/health/live").statusCode());
        assertEquals("{\"ready\":true}", get("/v2/health/ready").body());
        JsonNode metadata = JSON.readTree(get("/v2/models/kinds").body());
        assertEquals("[-1,-1,2]", metadata.get("inputs").get(0).get("shape").toString());
        assertEquals(
                "[\"a\",\"b\"]",
                metadata.get("inputs").get(0).get("parameters").get("names").toString());
        // two at once, as nested lists
        String two = "[[[" + String.join("],[", expected.rows().get(0)) + "]],[["
                + String.join("],[", expected.rows().get(1)) + "]]]";
        HttpResponse<String> answered = post(body("[2, 6, 2]", two, ""));
        assertEquals(200, answered.statusCode(), answered.body());
        JsonNode answer = JSON.readTree(answered.body());
        assertEquals("7", answer.get("id").asText());
        assertEquals("[2,3]", answer.get("outputs").get(0).get("shape").toString());
        assertPrediction(expected.predictions().get(0), answer, 0);
        assertPrediction(expected.predictions().get(1), answer, 1);
        // many at the same time, which are computed together
        List<CompletableFuture<HttpResponse<String>>> many = new ArrayList<>();
        for (List<String> rows : expected.rows()) {
            String flat = "[" + String.join(",", rows) + "]";
            many.add(client.sendAsync(infer(body("[1, 6, 2]", flat, "")), HttpResponse.BodyHandlers.ofString()));
        }
        for (int i = 0; i < many.size(); i++) {
            assertPrediction(
                    expected.predictions().get(i),
                    JSON.readTree(many.get(i).get().body()),
                    0);
        }
        streamsGoOnStepByStep(expected);
        whatDoesNotFitIsSaidInWords();
        String metrics = get("/metrics").body();
        assertTrue(metrics.contains("steadygrad_requests_total{code=\"200\"} 44\n"), metrics);
        assertTrue(metrics.contains("steadygrad_request_seconds_bucket{le=\"+Inf\"} "), metrics);
        server.destroy();
        assertTrue(server.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, server.exitValue(), errors());
    }

    /** Two sequences in turn, a step each: after the last one it is what the whole sequence gives. */
    private void streamsGoOnStepByStep(Expected expected) throws Exception {
        for (int t = 0; t < 6; t++) {
            for (int s = 0; s < 2; s++) {
                String start = t == 0 ? ", \"sequence_start\": true" : t == 5 ? ", \"sequence_end\": true" : "";
                String parameters = ", \"parameters\": {\"sequence_id\": \"s" + s + "\"" + start + "}";
                String step = "[" + expected.rows().get(s).get(t) + "]";
                HttpResponse<String> answered = post(body("[1, 1, 2]", step, parameters));
                assertEquals(200, answered.statusCode(), answered.body());
                if (t == 5) {
                    assertPrediction(expected.predictions().get(s), JSON.readTree(answered.body()), 0);
                }
            }
        }
        HttpResponse<String> ended = post(body("[1, 1, 2]", "[1, 2]", ", \"parameters\": {\"sequence_id\": \"s0\"}"));
        assertEquals(404, ended.statusCode());
        assertTrue(ended.body().contains("sequence_start"), ended.body());
    }

    private void whatDoesNotFitIsSaidInWords() throws Exception {
        assertTold(400, "JSON has no NaN", body("[1, 1, 2]", "[1, NaN]", ""));
        assertTold(400, "expected a finite number", body("[1, 1, 2]", "[1, \"Infinity\"]", ""));
        assertTold(400, "expected a finite number", body("[1, 1, 2]", "[1, 1e999]", ""));
        assertTold(400, "expected 4 numbers", body("[1, 2, 2]", "[1, 2, 3]", ""));
        assertTold(400, "[examples, time steps, 2]", body("[1, 3]", "[1, 2, 3]", ""));
        assertTold(400, "expected JSON", "{\"inputs\": [");
        assertTold(400, "expected 2000000000 numbers", body("[1, 1000000000, 2]", "[1]", ""));
        assertEquals(200, post(body("[1, 2, 2]", "[1, null, \"NaN\", 2]", "")).statusCode());
        assertEquals(404, get("/v2/models/other").statusCode());
        assertEquals(404, get("/").statusCode());
    }

    private void assertTold(int status, String told, String body) throws Exception {
        HttpResponse<String> answered = post(body);
        assertEquals(status, answered.statusCode(), answered.body());
        String error = JSON.readTree(answered.body()).get("error").asText();
        assertTrue(error.contains(told), error);
    }

    @Test
    void otherInterfacesNeedAToken() throws Exception {
        train();
        serve("--host", "0.0.0.0", "--token", TOKEN);
        assertEquals(401, get("/v2/models/kinds").statusCode());
        assertEquals(401, get("/v2/models/kinds?token=wrong").statusCode());
        token = TOKEN;
        assertEquals(200, get("/v2/models/kinds").statusCode());
    }
}
