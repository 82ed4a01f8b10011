package org.steadygrad.runlog;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.steadygrad.check.Cases;
import org.steadygrad.runlog.RunEvent.CheckpointWritten;
import org.steadygrad.runlog.RunEvent.Compared;
import org.steadygrad.runlog.RunEvent.CureTried;
import org.steadygrad.runlog.RunEvent.Note;
import org.steadygrad.runlog.RunEvent.RolledBack;
import org.steadygrad.runlog.RunEvent.Skipped;
import org.steadygrad.runlog.RunEvent.Step;
import org.steadygrad.runlog.RunEvent.Stopped;
import org.steadygrad.runlog.RunEvent.TrainingEvent;
import org.steadygrad.runlog.RunEvent.Validated;

/**
 * The rows of metrics.jsonl. All have an {@code iteration}; a note has its {@code event}, a word of capital letters, and its {@code
 * message}, a validation its metrics as {@code validation}, a step its {@code loss}, and what guessing gives is its {@code baselines}.
 */
final class TrainingRows {
    private final Path folder;
    private final Cases<TrainingEvent, Map<String, Object>> writing;
    private final Map<String, BiFunction<Fields, Integer, Note>> notes;

    /** @param folder of the run, which the paths in rows start from */
    TrainingRows(Path folder) {
        this.folder = folder;
        writing = Cases.<TrainingEvent, Map<String, Object>>of(TrainingEvent.class)
                .on(Compared.class, TrainingRows::row)
                .on(Step.class, TrainingRows::row)
                .on(Validated.class, TrainingRows::row)
                .on(Skipped.class, this::row)
                .on(RolledBack.class, TrainingRows::row)
                .on(CureTried.class, TrainingRows::row)
                .on(CheckpointWritten.class, TrainingRows::noteRow)
                .on(Stopped.class, TrainingRows::noteRow)
                .complete();
        notes = Map.of(
                "SKIPPED", this::skipped,
                "ROLLED_BACK", TrainingRows::rolledBack,
                "CURED", (row, iteration) -> cure(row, iteration, true),
                "CURE_TAKEN_BACK", (row, iteration) -> cure(row, iteration, false),
                "CHECKPOINT", (row, iteration) -> new CheckpointWritten(iteration, row.text("message")),
                "STOPPED", (row, iteration) -> new Stopped(iteration, row.text("message")));
    }

    /** The fields of an event's row, in their order. */
    Map<String, Object> row(TrainingEvent event) {
        return writing.of(event);
    }

    private static Map<String, Object> row(Compared compared) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", compared.iteration());
        row.put("baselines", compared.baselines());
        return row;
    }

    private static Map<String, Object> row(Step step) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", step.iteration());
        row.put("epoch", step.epoch());
        row.put("loss", step.loss());
        row.put("lossPerStep", step.lossPerStep());
        row.put("gradientNorm", step.gradientNorm());
        row.put("clipScale", step.clipScale());
        row.put("applied", step.applied());
        row.put("learningRateScale", step.learningRateScale());
        if (!Double.isNaN(step.learningRate())) {
            row.put("learningRate", step.learningRate());
        }
        row.put("seconds", step.seconds());
        return row;
    }

    private static Map<String, Object> row(Validated validated) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", validated.iteration());
        row.put("epoch", validated.epoch());
        row.put("validation", validated.metrics());
        row.put("best", validated.best());
        if (validated.gain().known()) {
            row.put("gain", validated.gain());
        }
        return row;
    }

    private static Map<String, Object> noteRow(Note note) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", note.iteration());
        row.put("event", note.kind().toUpperCase(Locale.ROOT));
        row.put("message", note.message());
        return row;
    }

    private Map<String, Object> row(Skipped skipped) {
        Map<String, Object> row = noteRow(skipped);
        skipped.cause().ifPresent(cause -> row.put("cause", cause));
        skipped.bundle()
                .map(file -> file.startsWith(folder) ? folder.relativize(file) : file)
                .ifPresent(file -> row.put("bundle", file.toString().replace('\\', '/')));
        return row;
    }

    private static Map<String, Object> row(RolledBack back) {
        Map<String, Object> row = noteRow(back);
        row.put("snapshotIteration", back.snapshotIteration());
        row.put("learningRateScale", back.learningRateScale());
        return row;
    }

    private static Map<String, Object> row(CureTried tried) {
        Map<String, Object> row = noteRow(tried);
        row.put("finding", tried.trial().finding());
        row.put("change", tried.trial().change());
        row.put("steps", tried.trial().steps());
        row.put("lossWith", tried.trial().lossWith());
        row.put("lossWithout", tried.trial().lossWithout());
        return row;
    }

    /**
     * What a row says; empty for one that later versions may have added.
     *
     * @throws BadRowException when it lacks something, or has something else in its place
     */
    Optional<TrainingEvent> event(JsonNode json) {
        Fields row = new Fields(json);
        int iteration = row.count("iteration");
        if (row.has("event")) {
            return Optional.ofNullable(notes.get(row.text("event"))).map(note -> note.apply(row, iteration));
        }
        if (row.has("validation")) {
            Gain gain = row.has("gain") ? row.object("gain", Gain.class) : Gain.UNKNOWN;
            return Optional.of(
                    new Validated(iteration, row.count("epoch"), row.numbers("validation"), row.flag("best"), gain));
        }
        if (row.has("baselines")) {
            return Optional.of(new Compared(row.object("baselines", Baselines.class)));
        }
        return row.has("loss") ? Optional.of(step(row, iteration)) : Optional.empty();
    }

    private static Step step(Fields row, int iteration) {
        return new Step(
                iteration,
                row.count("epoch"),
                row.number("loss"),
                // rows of early versions have none
                row.has("lossPerStep") ? row.number("lossPerStep") : Double.NaN,
                row.number("gradientNorm"),
                row.number("clipScale"),
                row.flag("applied"),
                row.number("learningRateScale"),
                row.has("learningRate") ? row.number("learningRate") : Double.NaN,
                row.number("seconds"));
    }

    private Note skipped(Fields row, int iteration) {
        return new Skipped(
                iteration,
                row.text("message"),
                row.optionalText("cause"),
                row.optionalText("bundle").map(this::inFolder));
    }

    private Path inFolder(String file) {
        try {
            return folder.resolve(file);
        } catch (InvalidPathException e) {
            throw new BadRowException("one whose bundle is \"" + file + "\"", e);
        }
    }

    private static Note rolledBack(Fields row, int iteration) {
        return new RolledBack(
                iteration, row.text("message"), row.count("snapshotIteration"), row.number("learningRateScale"));
    }

    private static Note cure(Fields row, int iteration, boolean kept) {
        return new CureTried(new CureTrial(
                iteration,
                row.text("finding"),
                row.text("change"),
                row.count("steps"),
                row.number("lossWith"),
                row.number("lossWithout"),
                kept));
    }
}
