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
import org.steadygrad.runlog.RunEvent.Steps;
import org.steadygrad.runlog.RunEvent.Stopped;
import org.steadygrad.runlog.RunEvent.TrainingEvent;
import org.steadygrad.runlog.RunEvent.Validated;

/**
 * The rows of metrics.jsonl. All have an {@code iteration}; a note has its {@code event}, a word of capital letters, and its {@code
 * message}, a validation its metrics as {@code validation}, a step its {@code loss}, and what guessing gives is its {@code baselines}. A row with
 * {@code steps} stands for so many steps: a quantity's mean stands where a step's value does, its extremes as {@code lossLow} and
 * {@code lossHigh}.
 */
final class TrainingRows {
    private static final String LOW = "Low";
    private static final String HIGH = "High";
    private static final String FINITE = "Finite";

    private final Path folder;
    private final Cases<TrainingEvent, Map<String, Object>> writing;
    private final Map<String, BiFunction<Fields, Integer, Note>> notes;

    /** @param folder of the run, which the paths in rows start from */
    TrainingRows(Path folder) {
        this.folder = folder;
        writing = Cases.<TrainingEvent, Map<String, Object>>of(TrainingEvent.class)
                .on(Compared.class, TrainingRows::row)
                .on(Step.class, TrainingRows::row)
                .on(Steps.class, TrainingRows::row)
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

    private static Map<String, Object> row(Steps steps) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", steps.iteration());
        row.put("steps", steps.steps());
        row.put("epoch", steps.epoch());
        put(row, "loss", steps.loss());
        put(row, "lossPerStep", steps.lossPerStep());
        put(row, "gradientNorm", steps.gradientNorm());
        row.put("clipped", steps.clipped());
        row.put("skipped", steps.skipped());
        put(row, "learningRateScale", steps.learningRateScale());
        put(row, "learningRate", steps.learningRate());
        put(row, "seconds", steps.seconds());
        return row;
    }

    private static void put(Map<String, Object> row, String quantity, Spread spread) {
        row.put(quantity, spread.mean());
        if (spread.finite() > 0 && spread.low() != spread.high()) {
            row.put(quantity + LOW, spread.low());
            row.put(quantity + HIGH, spread.high());
        }
        if (spread.finite() < spread.values()) {
            row.put(quantity + FINITE, spread.finite());
        }
    }

    private static Spread spread(Fields row, String quantity, int steps) {
        double mean = row.number(quantity);
        int finite = row.has(quantity + FINITE) ? row.count(quantity + FINITE) : steps;
        boolean wide = row.has(quantity + LOW) || row.has(quantity + HIGH);
        double low = wide && finite > 0 ? row.number(quantity + LOW) : mean;
        double high = wide && finite > 0 ? row.number(quantity + HIGH) : mean;
        if (finite > steps || (finite > 0) != Double.isFinite(mean) || low > high) {
            throw new BadRowException("one of " + steps + " steps whose " + quantity + " is " + mean + " from " + low
                    + " to " + high + ", with " + finite + " finite values");
        }
        return new Spread(steps, finite, mean, low, high);
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
        if (row.has("steps")) {
            return Optional.of(steps(row, iteration));
        }
        return row.has("loss") ? Optional.of(step(row, iteration)) : Optional.empty();
    }

    private static Steps steps(Fields row, int iteration) {
        int steps = row.count("steps");
        int clipped = row.count("clipped");
        int skipped = row.count("skipped");
        if (steps == 0 || steps > iteration || clipped > steps || skipped > steps) {
            throw new BadRowException("one of " + steps + " steps up to " + iteration + ", " + clipped + " clipped, "
                    + skipped + " skipped");
        }
        return new Steps(
                iteration,
                steps,
                row.count("epoch"),
                spread(row, "loss", steps),
                spread(row, "lossPerStep", steps),
                spread(row, "gradientNorm", steps),
                clipped,
                skipped,
                spread(row, "learningRateScale", steps),
                spread(row, "learningRate", steps),
                spread(row, "seconds", steps));
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
