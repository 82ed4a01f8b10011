package org.steadygrad.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.predict.Prediction;
import org.steadygrad.predict.Predictor;
import org.steadygrad.web.Access;

/** Answers requests of the Open Inference Protocol, version 2, and {@code /metrics}. */
final class Endpoints implements HttpHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private final Predictor predictor;
    private final ServeSettings settings;
    private final Access access;
    private final Batcher batcher;
    private final Sessions sessions;
    private final Metrics metrics;
    private volatile boolean ready = true;

    Endpoints(Predictor predictor, ServeSettings settings, Access access, Batcher batcher, Metrics metrics) {
        this.predictor = predictor;
        this.settings = settings;
        this.access = access;
        this.batcher = batcher;
        this.metrics = metrics;
        sessions = new Sessions(predictor, settings);
    }

    /** From now on it isn't ready for further requests. */
    void ending() {
        ready = false;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        try (request) {
            Optional<Access.Refusal> refusal = access.refusal(request);
            if (refusal.isPresent()) {
                send(request, refusal.get().status(), error(refusal.get().reason()));
                return;
            }
            try {
                answer(request);
            } catch (Refusal e) {
                send(request, e.status(), error(e.getMessage()));
            } catch (InvalidInputException | IllegalStateException e) {
                send(request, 400, error(e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("a request failed", e);
                send(request, 500, error("Something is wrong with the server, which has logged it: " + e));
            }
        }
    }

    private void answer(HttpExchange request) throws IOException {
        String model = "/v2/models/" + settings.name();
        String path = request.getRequestURI().getPath();
        String infer = model + "/infer";
        boolean post = request.getRequestMethod().equals("POST");
        if (post != path.equals(infer)) {
            throw new Refusal(path.equals(infer) ? 405 : 404, "POST goes to " + infer + ", GET to all others.");
        }
        if (path.equals(infer)) {
            infer(request);
        } else if (path.equals("/v2/health/live")) {
            send(request, 200, JSON.createObjectNode().put("live", true));
        } else if (path.equals("/v2/health/ready") || path.equals(model + "/ready")) {
            send(request, ready ? 200 : 503, JSON.createObjectNode().put("ready", ready));
        } else if (path.equals(model)) {
            send(request, 200, Tensors.metadata(settings.name(), predictor));
        } else if (path.equals("/v2")) {
            ObjectNode server =
                    JSON.createObjectNode().put("name", "steadygrad").put("version", "2");
            server.set("extensions", JSON.createArrayNode().add("sequence"));
            send(request, 200, server);
        } else if (path.equals("/metrics")) {
            String text = metrics.text(batcher.waiting(), sessions.count());
            send(request, 200, "text/plain; version=0.0.4; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        } else {
            throw new Refusal(
                    404,
                    "There is /v2/health/live, /v2/health/ready, " + model + ", " + infer
                            + " and /metrics; the model is called " + settings.name() + ".");
        }
    }

    private void infer(HttpExchange request) throws IOException {
        long start = System.nanoTime();
        int status = 200;
        try {
            send(request, 200, inferred(body(request)));
        } catch (Refusal e) {
            status = e.status();
            throw e;
        } catch (InvalidInputException | IllegalStateException e) {
            status = 400;
            throw e;
        } catch (RuntimeException e) {
            status = 500;
            throw e;
        } finally {
            metrics.request(status, (System.nanoTime() - start) / 1e9);
        }
    }

    private JsonNode body(HttpExchange request) throws IOException {
        byte[] bytes = request.getRequestBody().readNBytes(settings.bodyBytes() + 1);
        if (bytes.length > settings.bodyBytes()) {
            throw new Refusal(413, "A request may have " + settings.bodyBytes() + " bytes. Send several.");
        }
        try {
            JsonNode body = JSON.readTree(bytes);
            if (!body.isObject()) {
                throw Tensors.bad("The request: expected a JSON object.");
            }
            return body;
        } catch (JsonProcessingException e) {
            String place = e.getLocation() == null
                    ? ""
                    : ", line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            String nan = e.getOriginalMessage().contains("Non-standard token")
                    ? " JSON has no NaN and no infinity: write null or \"NaN\" for a missing value."
                    : "";
            throw Tensors.bad("The request" + place + ": expected JSON, got: " + e.getOriginalMessage() + "." + nan);
        }
    }

    private ObjectNode inferred(JsonNode request) {
        List<double[][]> examples = Tensors.examples(request, predictor);
        JsonNode sequence = request.path("parameters").path("sequence_id");
        boolean stateful = !sequence.isMissingNode();
        List<Prediction> predictions =
                stateful ? List.of(stepped(request.path("parameters"), examples)) : batcher.predict(examples);
        ObjectNode answer = JSON.createObjectNode();
        answer.put("model_name", settings.name()).put("model_version", "1");
        if (request.has("id")) {
            answer.set("id", request.get("id"));
        }
        if (stateful) {
            answer.set("parameters", JSON.createObjectNode().set("sequence_id", sequence));
        }
        answer.set("outputs", Tensors.outputs(predictions, predictor, predictor.perStep() || stateful));
        return answer;
    }

    /** All steps of a request for one sequence, one after the other. */
    private Prediction stepped(JsonNode parameters, List<double[][]> examples) {
        if (examples.size() != 1) {
            throw Tensors.bad("inputs[0].shape: expected one example for a sequence, got " + examples.size() + ".");
        }
        String name = parameters.get("sequence_id").asText();
        if (name.isEmpty() || name.length() > 200) {
            throw Tensors.bad("parameters.sequence_id: expected a name or a number, of at most 200 characters.");
        }
        Sessions.Session session =
                sessions.of(name, parameters.path("sequence_start").asBoolean());
        List<Prediction> all = new ArrayList<>();
        synchronized (session) {
            for (double[] step : examples.get(0)) {
                all.add(batcher.step(session.stream(), step));
            }
        }
        if (parameters.path("sequence_end").asBoolean()) {
            sessions.end(name);
        }
        return Prediction.joined(all);
    }

    private static ObjectNode error(String reason) {
        return JSON.createObjectNode().put("error", reason);
    }

    private static void send(HttpExchange request, int status, JsonNode body) throws IOException {
        send(request, status, "application/json", JSON.writeValueAsBytes(body));
    }

    private static void send(HttpExchange request, int status, String type, byte[] body) throws IOException {
        Headers headers = request.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        if (status == 503) {
            headers.set("Retry-After", "1");
        } else if (status == 401) {
            headers.set("WWW-Authenticate", "Bearer");
        }
        request.sendResponseHeaders(status, body.length);
        request.getResponseBody().write(body);
    }
}
