package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.steadygrad.check.Cases;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;

/** Shows a run to people: a line that is drawn over on terminals, else a line now and then; findings as they come. */
final class ConsoleProgress implements RunListener, AutoCloseable {
    private static final long PLAIN_LINE_NANOS = 10_000_000_000L;
    private static final long DRAWN_LINE_NANOS = 100_000_000L;

    private final PrintWriter out;
    private final Screen screen;
    private final LongSupplier clock;
    private final ProgressMeter meter;
    private final FindingLines findings;
    private long lastLine;
    private boolean drawn;
    private boolean steps;
    private final Cases<RunEvent, Void> showing = Cases.<RunEvent, Void>of(RunEvent.class)
            .ignore(Look.class, Distributions.class, RunEvent.SkippedNorm.class, RunEvent.Steps.class)
            // what the result says
            .ignore(RunEvent.CheckpointWritten.class, RunEvent.Stopped.class, RunEvent.Finished.class)
            .run(RunEvent.EnginePassedOver.class, event -> say(event.reason()))
            .run(RunEvent.DataNote.class, event -> say("data: " + event.note()))
            .run(RunEvent.ModelNote.class, event -> say(event.note()))
            .run(RunEvent.Started.class, this::show)
            .run(RunEvent.Compared.class, this::show)
            .run(RunEvent.Step.class, this::show)
            .run(RunEvent.Validated.class, this::show)
            .run(RunEvent.Skipped.class, this::show)
            .run(RunEvent.RolledBack.class, this::showNote)
            .run(RunEvent.CureTried.class, this::showNote)
            .run(RunEvent.Found.class, this::show)
            .run(RunEvent.Closed.class, this::show)
            .complete();

    /** @param clock in ns, as {@link System#nanoTime} */
    ConsoleProgress(PrintWriter out, Screen screen, LongSupplier clock) {
        this.out = out;
        this.screen = screen;
        this.clock = clock;
        meter = new ProgressMeter(clock);
        findings = new FindingLines(screen.colours());
    }

    @Override
    public void happened(RunEvent event) {
        showing.of(event);
    }

    private void show(RunEvent.Started started) {
        meter.take(started);
        lastLine = clock.getAsLong();
        int done = started.startIteration();
        say(String.format(
                Locale.ROOT,
                "engine %s (%s), %,d parameters%s",
                started.engine(),
                started.device(),
                started.parameters(),
                done == 0 ? "" : ", resumed at iteration " + done));
    }

    private void show(RunEvent.Compared compared) {
        compared.baselines().best().ifPresent(best -> say("to be beaten: " + best.name() + ", " + scores(best)));
    }

    private static String scores(Baseline best) {
        return best.validation().isEmpty()
                ? String.format(Locale.ROOT, "training loss %.4g", best.trainingLoss())
                : "validation " + line(best.validation());
    }

    private void show(RunEvent.Step step) {
        tellFindings();
        meter.take(step);
        steps = true;
        if (clock.getAsLong() - lastLine >= (screen.terminal() ? DRAWN_LINE_NANOS : PLAIN_LINE_NANOS)) {
            lastLine = clock.getAsLong();
            show();
        }
    }

    private void show() {
        if (!screen.terminal()) {
            say(ProgressLine.plain(meter.reading()));
            return;
        }
        out.print(TerminalWriter.ERASE_LINE);
        out.print(ProgressLine.drawn(meter.reading(), screen.width()));
        out.flush();
        drawn = true;
    }

    private void show(RunEvent.Validated validated) {
        say(String.format(
                Locale.ROOT,
                "iteration %d  validation: %s%s",
                validated.iteration(),
                line(validated.metrics()),
                validated.best() ? "  (best)" : ""));
    }

    private void showNote(RunEvent.Note note) {
        String words = note.kind().replace('_', ' ');
        say(String.format(Locale.ROOT, "iteration %d  %s: %s", note.iteration(), words, note.message()));
    }

    /** That a step was skipped may come often and is told as a finding; what to do with it isn't. */
    private void show(RunEvent.Skipped skipped) {
        skipped.bundle()
                .ifPresent(bundle -> say(String.format(
                        Locale.ROOT,
                        "iteration %d  replay the step with: steadygrad replay %s",
                        skipped.iteration(),
                        bundle)));
    }

    private void show(RunEvent.Found found) {
        if (!findings.takes(found.iteration())) {
            tellFindings();
        }
        findings.take(found.iteration(), found.finding());
    }

    private void show(RunEvent.Closed closed) {
        Finding finding = closed.finding();
        String place = finding.layer().isEmpty() ? "" : " in " + finding.layer();
        say("iteration " + closed.iteration() + "  ended: " + finding.id() + place + ", not seen since iteration "
                + finding.endIteration() + ".");
    }

    /** Metrics on one line. */
    static String line(Map<String, Double> metrics) {
        return metrics.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.4g", e.getKey(), e.getValue()))
                .collect(Collectors.joining("  "));
    }

    /** Findings of one iteration come one by one and are told together, before whatever comes next. */
    private void tellFindings() {
        findings.tell().forEach(this::print);
    }

    /** Prints a line that stays. */
    void say(String text) {
        tellFindings();
        print(text);
    }

    private void print(String text) {
        if (drawn) {
            out.print(TerminalWriter.ERASE_LINE);
        }
        out.println(text);
        drawn = false;
        out.flush();
    }

    /** Leaves the last state on the screen. */
    @Override
    public void close() {
        tellFindings();
        if (screen.terminal() && steps) {
            show();
            out.println();
            out.flush();
            drawn = false;
        }
    }
}
