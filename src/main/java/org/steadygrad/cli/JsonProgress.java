package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.steadygrad.check.Cases;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;

/**
 * Shows a run to programs: JSON lines, told apart by their field {@code event}: {@code started}, {@code progress} about every
 * second, {@code baselines} for what guessing gives, {@code validation}, {@code finding}, {@code finding-ended}, {@code filed} for a bundle to replay a step with, {@code passed-over} for an engine that wasn't taken, {@code data-note} for how data are read, {@code model-note} for what a model is, {@code live} for the live page,
 * and the kinds of {@link RunEvent.Note}, with hyphens.
 */
final class JsonProgress implements RunListener {
    private static final long LINE_NANOS = 1_000_000_000L;

    private final PrintWriter out;
    private final LongSupplier clock;
    private final ProgressMeter meter;
    private long lastLine;
    private final Cases<RunEvent, Void> writing = Cases.<RunEvent, Void>of(RunEvent.class)
            .ignore(
                    Look.class,
                    Distributions.class,
                    RunEvent.SkippedNorm.class,
                    RunEvent.Steps.class,
                    RunEvent.Finished.class)
            .run(RunEvent.EnginePassedOver.class, event -> write("passed-over", Map.of("reason", event.reason())))
            .run(RunEvent.DataNote.class, event -> write("data-note", Map.of("note", event.note())))
            .run(RunEvent.ModelNote.class, event -> write("model-note", Map.of("note", event.note())))
            .run(RunEvent.Started.class, this::write)
            .run(
                    RunEvent.Compared.class,
                    event -> write(
                            "baselines", Map.of("baselines", event.baselines().all())))
            .run(RunEvent.Step.class, this::write)
            .run(RunEvent.Validated.class, this::write)
            .run(RunEvent.Note.class, this::write)
            .run(RunEvent.Found.class, event -> write("finding", event.iteration(), event.finding()))
            .run(RunEvent.Closed.class, event -> write("finding-ended", event.iteration(), event.finding()))
            .complete();

    /** @param clock in ns, as {@link System#nanoTime} */
    JsonProgress(PrintWriter out, LongSupplier clock) {
        this.out = out;
        this.clock = clock;
        meter = new ProgressMeter(clock);
    }

    @Override
    public void happened(RunEvent event) {
        writing.of(event);
    }

    private void write(RunEvent.Started started) {
        meter.take(started);
        lastLine = clock.getAsLong();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("engine", started.engine());
        fields.put("device", started.device());
        fields.put("parameters", started.parameters());
        fields.put("plannedIterations", started.plannedIterations());
        fields.put("startIteration", started.startIteration());
        write("started", fields);
    }

    private void write(RunEvent.Step step) {
        meter.take(step);
        if (clock.getAsLong() - lastLine >= LINE_NANOS) {
            lastLine = clock.getAsLong();
            ProgressMeter.Reading reading = meter.reading();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("iteration", reading.iteration());
            fields.put("epoch", step.epoch());
            fields.put("plannedIterations", reading.planned());
            fields.put("loss", reading.loss());
            fields.put("gradientNorm", reading.gradientNorm());
            fields.put("clipShare", reading.clipShare());
            fields.put("stepsPerSecond", reading.stepsPerSecond());
            fields.put("secondsLeft", reading.secondsLeft());
            write("progress", fields);
        }
    }

    private void write(RunEvent.Validated validated) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", validated.iteration());
        fields.put("metrics", validated.metrics());
        fields.put("best", validated.best());
        if (validated.gain().known()) {
            fields.put("gain", validated.gain());
        }
        write("validation", fields);
    }

    private void write(RunEvent.Note note) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", note.iteration());
        fields.put("message", note.message());
        write(note.kind().replace('_', '-'), fields);
        if (note instanceof RunEvent.Skipped skipped && skipped.bundle().isPresent()) {
            filed(skipped.iteration(), skipped.bundle().get());
        }
    }

    private void filed(int iteration, Path bundle) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", iteration);
        fields.put("bundle", bundle.toString());
        write("filed", fields);
    }

    private void write(String event, int iteration, Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", iteration);
        fields.put("finding", finding);
        write(event, fields);
    }

    /** Writes a line. */
    void write(String event, Map<String, ?> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.putAll(fields);
        out.println(Json.line(line));
        out.flush();
    }
}
