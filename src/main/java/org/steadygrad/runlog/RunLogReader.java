package org.steadygrad.runlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;

/**
 * Reads the files of a run's folder back as the events they were written from, whether the run has ended, was killed, or goes on.
 *
 * <p>A last line that was cut short is passed over. A row of a kind that isn't known, as later versions may write, is left out with a
 * warning. Anything else that isn't a row, or lacks something, is an error that names file and line: no number is made up.
 */
public final class RunLogReader {
    private static final Logger LOG = LoggerFactory.getLogger(RunLogReader.class);
    private static final long MOST_RESULT_BYTES = 1 << 26;
    private static final String EXPECTED = "a row of a run's records";

    private final RunFolder folder;
    private final RunListener to;
    private final Set<String> unknown = new HashSet<>();
    private int steps;

    private RunLogReader(RunFolder folder, RunListener to) {
        this.folder = folder;
        this.to = to;
    }

    /**
     * Tells a listener of what is filed: first of training, then of health, then of the result, if the run has ended.
     *
     * @return whether it has
     * @throws InvalidInputException when it isn't the folder of a run, or naming file and line, when something is damaged
     */
    public static boolean read(Path folder, RunListener to) {
        return new RunLogReader(RunFolder.of(folder), to).read();
    }

    private boolean read() {
        if (!Files.isRegularFile(folder.metrics())) {
            String got = !Files.exists(folder.root())
                    ? "nothing of that name"
                    : Files.isDirectory(folder.root()) ? "a folder without metrics.jsonl" : "a file";
            throw new InvalidInputException("run folder " + folder.root() + ": expected the folder of a run, got " + got
                    + ". Name one that train has written, for example runs/adding-gru.");
        }
        TrainingRows rows = new TrainingRows(folder.root());
        new JsonLines(folder.metrics(), EXPECTED)
                .read((row, line) -> tell(rows.event(row), folder.metrics(), line, row.path("event")));
        if (Files.exists(folder.health())) {
            new JsonLines(folder.health(), EXPECTED)
                    .read((row, line) -> tell(HealthRows.event(row), folder.health(), line, row.path("kind")));
        }
        // a result that is older than the metrics is that of an earlier part of a resumed run
        Optional<RunResult> result = Files.exists(folder.runJson())
                ? Optional.of(result(folder.runJson())).filter(r -> r.iterations() >= steps)
                : Optional.empty();
        result.ifPresent(r -> to.happened(new RunEvent.Finished(r)));
        return result.isPresent();
    }

    private void tell(Optional<? extends RunEvent> event, Path file, int line, JsonNode kind) {
        if (event.isEmpty()) {
            String word = kind.isMissingNode() ? "of no known kind" : "of the kind " + kind;
            if (unknown.add(file + word)) {
                LOG.warn("{}, line {}: rows {} are left out; a later version may have written them", file, line, word);
            }
            return;
        }
        if (event.get() instanceof RunEvent.Step || event.get() instanceof RunEvent.Steps) {
            steps = Math.max(steps, ((RunEvent.TrainingEvent) event.get()).iteration());
        }
        to.happened(event.get());
    }

    private static RunResult result(Path file) {
        try {
            if (Files.size(file) > MOST_RESULT_BYTES) {
                throw damaged(file, 1, "a file of " + Files.size(file) + " bytes", null);
            }
            JsonNode read = RunJson.READING.readTree(Files.readString(file));
            if (!(read instanceof ObjectNode fields)) {
                throw damaged(file, 1, "something else", null);
            }
            return RunJson.READING.treeToValue(completed(fields), RunResult.class);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw damaged(file, line, HealthRows.reason(e), e);
        } catch (IOException e) {
            throw new InvalidInputException(
                    file + ": expected a text file in UTF-8 that can be read, got: " + e.getMessage() + ".", e);
        }
    }

    /** With what early versions didn't write. */
    private static ObjectNode completed(ObjectNode result) {
        if (!result.has("precision")) {
            result.put("precision", "");
        }
        if (!result.has("baselines")) {
            result.putArray("baselines");
            result.set("gain", RunJson.READING.valueToTree(Gain.UNKNOWN));
        }
        if (!result.has("cures")) {
            result.putArray("cures");
        }
        if (!result.has("health")) {
            result.set("health", RunJson.READING.valueToTree(HealthSummary.NONE));
        }
        result.path("findings").forEach(RunJson::complete);
        // they stand in the file once
        if (result.get("health") instanceof ObjectNode health && result.has("findings")) {
            health.set("findings", result.get("findings"));
        }
        return result;
    }

    private static InvalidInputException damaged(Path file, int line, String got, Exception cause) {
        return new InvalidInputException(
                file + ", line " + line + ": expected a run's result, got: " + got
                        + ". The file is damaged; remove it to see the run without its result.",
                cause);
    }
}
