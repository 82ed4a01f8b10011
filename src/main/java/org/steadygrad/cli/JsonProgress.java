package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.steadygrad.runlog.Finding;
import org.steadygrad.train.IterationReport;
import org.steadygrad.train.TrainingObserver;

/**
 * Shows a run to programs: JSON lines, told apart by their field {@code event}: {@code started}, {@code progress} about every
 * second, {@code validation}, {@code finding}, {@code filed} for a bundle to replay a step with, {@code passed-over} for an engine that wasn't taken, {@code data-note} for how data are read, {@code live} for the live page,
 * and the names of {@link TrainingObserver.Event} in lower case with hyphens.
 */
final class JsonProgress implements TrainingObserver {
    private static final long LINE_NANOS = 1_000_000_000L;

    private final PrintWriter out;
    private final LongSupplier clock;
    private final ProgressMeter meter;
    private long lastLine;

    /** @param clock in ns, as {@link System#nanoTime} */
    JsonProgress(PrintWriter out, LongSupplier clock) {
        this.out = out;
        this.clock = clock;
        meter = new ProgressMeter(clock);
    }

    @Override
    public void passedOver(String reason) {
        write("passed-over", Map.of("reason", reason));
    }

    @Override
    public void dataNote(String note) {
        write("data-note", Map.of("note", note));
    }

    @Override
    public void started(String engine, String device, long parameters, long plannedIterations, int startIteration) {
        meter.started(plannedIterations, startIteration);
        lastLine = clock.getAsLong();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("engine", engine);
        fields.put("device", device);
        fields.put("parameters", parameters);
        fields.put("plannedIterations", plannedIterations);
        fields.put("startIteration", startIteration);
        write("started", fields);
    }

    @Override
    public void iterationDone(IterationReport report) {
        meter.take(report);
        if (clock.getAsLong() - lastLine >= LINE_NANOS) {
            lastLine = clock.getAsLong();
            ProgressMeter.Reading reading = meter.reading();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("iteration", reading.iteration());
            fields.put("epoch", report.epoch());
            fields.put("plannedIterations", reading.planned());
            fields.put("loss", reading.loss());
            fields.put("gradientNorm", reading.gradientNorm());
            fields.put("clipShare", reading.clipShare());
            fields.put("stepsPerSecond", reading.stepsPerSecond());
            fields.put("secondsLeft", reading.secondsLeft());
            write("progress", fields);
        }
    }

    @Override
    public void validated(int iteration, Map<String, Double> metrics, boolean best) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", iteration);
        fields.put("metrics", metrics);
        fields.put("best", best);
        write("validation", fields);
    }

    @Override
    public void happened(Event event, int iteration, String message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", iteration);
        fields.put("message", message);
        write(event.name().toLowerCase(Locale.ROOT).replace('_', '-'), fields);
    }

    @Override
    public void filed(int iteration, Path bundle) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", iteration);
        fields.put("bundle", bundle.toString());
        write("filed", fields);
    }

    @Override
    public void found(int iteration, Finding finding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("iteration", iteration);
        fields.put("finding", finding);
        write("finding", fields);
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
