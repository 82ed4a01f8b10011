package org.steadygrad.runlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.runlog.RunEvent.Steps;

/**
 * Makes the log of a long run shorter where it is old: in the older half of a file, some steps in succession become one row of
 * {@link Steps}, which no extreme is missing from, and the more of them the older they are, down to {@value #RESOLUTION} rows for the
 * whole run; of looks and distributions every second one is left out, down to {@value #LOOKS} for the whole run. Validations, findings and whatever else happened stay as they are, and so do the first steps, and those after the
 * last checkpoint, which a run that is resumed may take again.
 */
final class LogThinning {
    /** So many of the first rows stay: beginnings are looked at most. */
    static final int FIRST = 1000;

    /** Steps that become one row at first. */
    private static final int TOGETHER = 8;

    /** Rows aren't made to stand for a larger part of the run than one of so many. */
    private static final int RESOLUTION = 4000;

    private static final int LOOKS = 500;

    private static final String ITERATION = "iteration";

    private LogThinning() {}

    /** @param metrics a run's metrics.jsonl, which nobody writes to now */
    static void steps(Path metrics) throws IOException {
        Extent extent = Extent.of(metrics);
        TrainingRows rows = new TrainingRows(metrics.toAbsolutePath().getParent());
        Merging merging = new Merging(rows, Math.max(TOGETHER, extent.steps / RESOLUTION));
        new JsonLines(metrics, "a row").rewrite((line, number) -> {
            if (number <= FIRST || number > extent.lastOlder()) {
                return merging.before(line);
            }
            return steps(rows, line).map(merging::add).orElseGet(() -> JsonLines.ended(line));
        });
    }

    /** How long a file is. */
    private static final class Extent {
        private int rows;
        private int steps;
        private int lastCheckpoint;

        static Extent of(Path metrics) {
            Extent extent = new Extent();
            new JsonLines(metrics, "a row").read((row, number) -> {
                extent.rows = number;
                extent.steps = Math.max(extent.steps, row.path(ITERATION).asInt());
                if (row.path("event").asText().equals("CHECKPOINT")) {
                    extent.lastCheckpoint = number;
                }
            });
            return extent;
        }

        /** The number of the last row of the older half, or of that with the last checkpoint, if it comes before. */
        int lastOlder() {
            return Math.min(rows / 2, lastCheckpoint);
        }
    }

    private static Optional<Steps> steps(TrainingRows rows, byte[] line) {
        try {
            Optional<RunEvent.TrainingEvent> event = rows.event(JsonLines.object(line));
            if (event.isPresent() && event.get() instanceof RunEvent.Step step) {
                return Optional.of(Steps.of(step));
            }
            return event.filter(Steps.class::isInstance).map(Steps.class::cast);
        } catch (JsonProcessingException | CharacterCodingException | BadRowException e) {
            // whoever reads the file is told of a damaged row
            return Optional.empty();
        }
    }

    /** Steps that are to be one row. */
    private static final class Merging {
        private final TrainingRows rows;
        private final int most;
        private Steps open;
        private int wanted;

        /** @param most steps of a row that more are added to */
        Merging(TrainingRows rows, int most) {
            this.rows = rows;
            this.most = most;
        }

        /** @return the row of those that are complete with this one; else none */
        byte[] add(Steps next) {
            if (open == null) {
                open = next;
                wanted = Math.min(most, Math.max(TOGETHER, 2 * next.steps()));
            } else {
                open = open.and(next);
            }
            return open.steps() >= wanted ? close() : JsonLines.NONE;
        }

        private byte[] close() {
            byte[] row = row();
            open = null;
            return row;
        }

        private byte[] row() {
            try {
                return JsonLines.ended(RunJson.ROWS.writeValueAsBytes(rows.row(open)));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("steps that can't be written as JSON", e);
            }
        }

        /** A row as it is, after the one that is open. */
        byte[] before(byte[] line) {
            byte[] itself = JsonLines.ended(line);
            if (open == null) {
                return itself;
            }
            return (new String(close(), StandardCharsets.UTF_8) + new String(itself, StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * @param health a run's health.jsonl, which nobody writes to now
     * @param lastCheckpoint iteration of the last checkpoint
     */
    static void looks(Path health, int lastCheckpoint) throws IOException {
        Extent extent = Extent.of(health);
        Map<Class<?>, Every> kept = new HashMap<>();
        new JsonLines(health, "a row").rewrite((line, number) -> {
            Optional<Frequent> row = number > extent.rows / 2 ? Optional.empty() : Frequent.of(line);
            boolean stays = row.isEmpty()
                    || row.get().iteration() > lastCheckpoint
                    || kept.computeIfAbsent(row.get().type(), type -> new Every(extent.steps / LOOKS))
                            .keeps(row.get().iteration());
            return stays ? JsonLines.ended(line) : JsonLines.NONE;
        });
    }

    /** Keeps every second one of those that lie near each other. */
    private static final class Every {
        private final int near;
        private int last = Integer.MIN_VALUE / 2;
        private boolean dropped = true;

        Every(int near) {
            this.near = near;
        }

        boolean keeps(int iteration) {
            boolean keeps = dropped || iteration - last >= near;
            dropped = !keeps;
            last = keeps ? iteration : last;
            return keeps;
        }
    }

    /** A row of health of which there are many. */
    private record Frequent(Class<?> type, int iteration) {
        private static final Set<Class<?>> TYPES = Set.of(Look.class, Distributions.class, RunEvent.SkippedNorm.class);

        static Optional<Frequent> of(byte[] line) {
            try {
                JsonNode row = JsonLines.object(line);
                Class<?> type = RunJson.HEALTH.get(row.path("kind").asText());
                return type != null && TYPES.contains(type)
                        ? Optional.of(new Frequent(type, row.path(ITERATION).asInt(Integer.MAX_VALUE)))
                        : Optional.empty();
            } catch (JsonProcessingException | CharacterCodingException | BadRowException e) {
                return Optional.empty();
            }
        }
    }
}
