package org.steadygrad.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;

/** Reads the files of a run's folder: metrics.jsonl, and where they are there run.yaml, run.json and health.jsonl. */
public final class RunReader {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path folder;
    private final RunView view;

    private RunReader(Path folder) {
        this.folder = folder;
        Path name = folder.toAbsolutePath().normalize().getFileName();
        view = new RunView(name == null ? "run" : name.toString());
    }

    /**
     * @param folder of a run that has ended, was killed, or goes on
     * @throws InvalidInputException naming file and line, when something is missing or damaged
     */
    public static RunView read(Path folder) {
        return new RunReader(folder).read();
    }

    private RunView read() {
        Path metrics = folder.resolve("metrics.jsonl");
        if (!Files.isRegularFile(metrics)) {
            String got = !Files.exists(folder)
                    ? "nothing of that name"
                    : Files.isDirectory(folder) ? "a folder without metrics.jsonl" : "a file";
            throw new InvalidInputException("run folder " + folder + ": expected the folder of a run, got " + got
                    + ". Name one that train has written, for example runs/adding-gru.");
        }
        Path runFile = folder.resolve("run.yaml");
        if (Files.exists(runFile)) {
            view.configured(text(runFile), runFile.toString());
        }
        new JsonLinesReader(JSON, metrics).read(this::metricsRow);
        Path health = folder.resolve("health.jsonl");
        if (Files.exists(health)) {
            new JsonLinesReader(JSON, health).read(this::healthRow);
        }
        Path result = folder.resolve("run.json");
        Optional<RunOutcome> outcome = Files.exists(result) ? Optional.of(outcome(result)) : Optional.empty();
        // a result that is older than the metrics is that of an earlier part of a resumed run
        outcome.filter(o -> o.iterations() >= view.iteration()).ifPresentOrElse(view::ended, view::unfinished);
        return view;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a text file in UTF-8 that can be read, got: " + e.getMessage() + ".", e);
        }
    }

    private static RunOutcome outcome(Path file) {
        try {
            return JSON.readValue(text(file), RunOutcome.class);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new InvalidInputException(
                    file + ", line " + line + ": expected a run's result, got: " + e.getOriginalMessage()
                            + ". The file is damaged; remove it to see the run without its result.",
                    e);
        }
    }

    private void metricsRow(JsonNode row) throws JsonProcessingException {
        int iteration = row.path("iteration").asInt();
        if (row.has("event")) {
            view.happened(
                    row.get("event").asText().toLowerCase(Locale.ROOT),
                    iteration,
                    row.path("message").asText());
        } else if (row.has("validation")) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            row.get("validation").properties().forEach(field -> metrics.put(field.getKey(), number(field.getValue())));
            view.validated(iteration, metrics, row.path("best").asBoolean());
        } else if (row.has("loss")) {
            view.step(JSON.treeToValue(row, Step.class));
        }
    }

    /** Numbers that JSON lacks stand as strings. */
    private static double number(JsonNode value) {
        return value.isNumber() ? value.asDouble() : Double.NaN;
    }

    private void healthRow(JsonNode row) throws JsonProcessingException {
        switch (row.path("kind").asText()) {
            case "look" -> view.looked(JSON.treeToValue(row, Look.class));
            case "distributions" -> view.distributed(JSON.treeToValue(row, Distributions.class));
            case "finding" ->
                view.found(row.path("iteration").asInt(), JSON.treeToValue(row.get("finding"), Finding.class));
            default -> {
                // skipped steps stand in the metrics too; rows that later versions may add aren't for these charts
            }
        }
    }
}
