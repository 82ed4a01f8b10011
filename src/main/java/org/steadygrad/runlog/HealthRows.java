package org.steadygrad.runlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;

/**
 * The rows of health.jsonl, told apart by their field {@code kind}: {@code look} with the fields of {@link Look}, {@code skipped} with those of
 * {@link RunEvent.SkippedNorm}, {@code distributions} with those of {@link Distributions}, {@code finding} with those of {@link RunEvent.Found}, and
 * {@code closed} with those of {@link RunEvent.Closed}.
 */
final class HealthRows {
    private HealthRows() {}

    /**
     * What a row says; empty for one that later versions may have added.
     *
     * @throws BadRowException when it lacks something, or has something else in its place
     */
    static Optional<RunEvent.HealthEvent> event(JsonNode row) {
        String kind = new Fields(row).text("kind");
        Class<? extends RunEvent.HealthEvent> type = RunJson.HEALTH.get(kind);
        if (type == null) {
            return Optional.empty();
        }
        RunJson.complete(row.path("finding"));
        try {
            return Optional.of(RunJson.READING.treeToValue(row, type));
        } catch (JsonProcessingException e) {
            throw new BadRowException("one of the kind " + kind + " that can't be read: " + reason(e), e);
        }
    }

    /** What is wrong and where, on one line. */
    static String reason(JsonProcessingException e) {
        Throwable cause = e.getCause();
        String problem = Reason.of(cause instanceof InvalidInputException ? cause : e);
        String place = e instanceof JsonMappingException mapping ? path(mapping) : "";
        return place.isEmpty() ? problem : place + ": " + problem;
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }
}
