package org.steadygrad.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.forensics.Forensics;
import org.steadygrad.forensics.Verdict;
import org.steadygrad.health.ClassRanking;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.health.TensorLook;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunLogWriter;

/** Tells everyone who wants to know what a run does: the health monitor, the log in the run's folder, whoever listens. */
final class RunRecords implements AutoCloseable {
    private final SequenceFormats formats;
    private final Progress progress;
    private final HealthMonitor health;
    private final Optional<RunLogWriter> log;
    private final RunListener told;
    private long lastStep = System.nanoTime();

    /**
     * @param formats of the sequences that steps are given
     * @param health tells the same listener
     * @param listener hears all that isn't filed only
     */
    RunRecords(
            SequenceFormats formats,
            Progress progress,
            HealthMonitor health,
            Optional<RunLogWriter> log,
            RunListener listener) {
        this.formats = formats;
        this.progress = progress;
        this.health = health;
        this.log = log;
        told = listener;
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

    /** Shows health the step that was done, and tells of it. */
    void step(RunEvent.Step step, StepOutcome outcome) {
        outcome.distributions()
                .ifPresent(parameters -> health.observeTensors(
                        step.iteration(),
                        TensorLook.of(parameters, outcome.trace().orElseThrow())));
        if (outcome.update().isPresent()) {
            health.observe(
                    step.iteration(),
                    step.loss(),
                    step.lossPerStep(),
                    outcome.update().get(),
                    outcome.trace());
        } else if (!Double.isFinite(step.loss())) {
            health.observeFailed(step.iteration(), step.loss());
        }
        tell(step);
    }

    /** Hands what was found out about a step that isn't finite to health; to be called before {@link #step}. */
    void verdict(int iteration, Verdict verdict) {
        if (verdict.origin().isPresent()) {
            health.observeNonFinite(iteration, verdict.trace(), verdict.cause().words(), verdict.evidence());
        }
    }

    /** Tells why a step was skipped; to be called after {@link #step}. */
    void skipped(int iteration, double loss, Forensics.Report report) {
        String message = "step skipped: loss " + loss + " or its gradient isn't finite; " + report.words();
        String cause = report.verdict().cause().kind().id();
        tell(new RunEvent.Skipped(iteration, message, Optional.of(cause), report.bundle()));
    }

    /** @param rankings how well classes are told apart; empty where there are none */
    void validated(Map<String, Double> values, List<ClassRanking> rankings, boolean best, Gain gain) {
        Double loss = values.get("loss");
        if (loss != null) {
            health.observeValidation(progress.iteration, loss, rankings);
        }
        tell(new RunEvent.Validated(progress.iteration, progress.epoch, values, best, gain));
    }

    void tell(RunEvent event) {
        told.happened(event);
    }

    /** Has all that was told so far in the run's folder. */
    void flush() {
        log.ifPresent(RunLogWriter::flush);
    }

    @Override
    public void close() {
        log.ifPresent(RunLogWriter::close);
    }
}
