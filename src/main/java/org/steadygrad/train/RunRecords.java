package org.steadygrad.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.forensics.Forensics;
import org.steadygrad.forensics.Verdict;
import org.steadygrad.health.HealthLog;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.health.TensorLook;

/** Tells everyone who wants to know what a run does: the metrics file, the health monitor, the observer. */
final class RunRecords implements AutoCloseable {
    private static final long FLUSH_NANOS = 1_000_000_000L;

    private final SequenceFormats formats;
    private final Progress progress;
    private final Optional<JsonLines> metrics;
    private final HealthMonitor health;
    private final Optional<HealthLog> healthLog;
    private final TrainingObserver observer;
    private long lastFlush = System.nanoTime();
    private long lastStep = lastFlush;

    /** @param formats of the sequences that steps are given */
    RunRecords(
            SequenceFormats formats,
            Progress progress,
            Optional<JsonLines> metrics,
            HealthMonitor health,
            Optional<HealthLog> healthLog,
            TrainingObserver observer) {
        this.formats = formats;
        this.progress = progress;
        this.metrics = metrics;
        this.health = health;
        this.healthLog = healthLog;
        this.observer = observer;
    }

    Progress progress() {
        return progress;
    }

    /**
     * Shows health what a step was given.
     *
     * @param applied whether the step changed the parameters; where it didn't, its batch may be why
     */
    void given(TrainingStep step, boolean applied) {
        long now = System.nanoTime();
        health.observeWaiting(step.waited(), (now - lastStep) / 1e9);
        lastStep = now;
        if (!applied || health.wantsBatch(progress.iteration)) {
            health.observeBatch(
                    progress.iteration, formats.inspected(step.passes().get(0).batch()), applied);
        }
    }

    /**
     * @param report of the step that was done
     * @param lossPerStep its loss per scored step; NaN when nothing is scored
     */
    void step(IterationReport report, StepOutcome outcome, double lossPerStep) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", report.iteration());
        row.put("epoch", report.epoch());
        row.put("loss", number(report.loss()));
        row.put("gradientNorm", number(report.gradientNorm()));
        row.put("clipScale", report.clipScale());
        row.put("applied", report.applied());
        row.put("learningRateScale", report.learningRateScale());
        row.put("seconds", report.seconds());
        write(row);
        outcome.distributions()
                .ifPresent(parameters -> health.observeTensors(
                        report.iteration(),
                        TensorLook.of(parameters, outcome.trace().orElseThrow())));
        if (outcome.update().isPresent()) {
            health.observe(
                    report.iteration(),
                    report.loss(),
                    lossPerStep,
                    outcome.update().get(),
                    outcome.trace());
        } else if (!Double.isFinite(report.loss())) {
            health.observeFailed(report.iteration(), report.loss());
        }
        observer.iterationDone(report);
    }

    /** Hands what was found out about a step that isn't finite to health; to be called before {@link #step}. */
    void verdict(int iteration, Verdict verdict) {
        if (verdict.origin().isPresent()) {
            health.observeNonFinite(iteration, verdict.trace(), verdict.cause().words(), verdict.evidence());
        }
    }

    /** Tells why a step was skipped; to be called after {@link #step}. */
    void skipped(int iteration, double loss, Forensics.Report report) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("cause", report.verdict().cause().kind().id());
        report.bundle().ifPresent(file -> facts.put("bundle", inRunFolder(file)));
        String message = "step skipped: loss " + loss + " or its gradient isn't finite; " + report.words();
        event(TrainingObserver.Event.SKIPPED, iteration, message, facts);
        report.bundle().ifPresent(file -> observer.filed(iteration, file));
    }

    private static String inRunFolder(Path bundle) {
        return bundle.getParent().getFileName() + "/" + bundle.getFileName();
    }

    void validated(Map<String, Double> values, boolean best) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", progress.iteration);
        row.put("epoch", progress.epoch);
        row.put("validation", values);
        row.put("best", best);
        write(row);
        Double loss = values.get("loss");
        if (loss != null) {
            health.observeValidation(progress.iteration, loss);
        }
        observer.validated(progress.iteration, values, best);
    }

    void event(TrainingObserver.Event event, int iteration, String message, Map<String, Object> facts) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("iteration", iteration);
        row.put("event", event.name());
        row.put("message", message);
        row.putAll(facts);
        write(row);
        observer.happened(event, iteration, message);
    }

    private void write(Map<String, Object> row) {
        metrics.ifPresent(lines -> lines.append(row));
        if (System.nanoTime() - lastFlush > FLUSH_NANOS) {
            flush();
        }
    }

    void flush() {
        metrics.ifPresent(JsonLines::flush);
        healthLog.ifPresent(HealthLog::flush);
        lastFlush = System.nanoTime();
    }

    /** JSON has no NaN and no infinities; they are written as strings. */
    static Object number(double value) {
        return Double.isFinite(value) ? (Object) value : Double.toString(value);
    }

    @Override
    public void close() {
        try {
            metrics.ifPresent(JsonLines::close);
        } finally {
            healthLog.ifPresent(HealthLog::close);
        }
    }
}
