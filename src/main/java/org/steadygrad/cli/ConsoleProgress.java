package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.steadygrad.runlog.Finding;
import org.steadygrad.train.IterationReport;
import org.steadygrad.train.TrainingObserver;

/** Shows a run to people: a line that is drawn over on terminals, else a line now and then; findings as they come. */
final class ConsoleProgress implements TrainingObserver, AutoCloseable {
    private static final long PLAIN_LINE_NANOS = 10_000_000_000L;
    private static final long DRAWN_LINE_NANOS = 100_000_000L;
    /** What may come at many steps, and what the result says. */
    private static final Set<Event> UNTOLD = EnumSet.of(Event.SKIPPED, Event.CHECKPOINT, Event.STOPPED);

    private static final String ERASE_LINE = "\r\033[K";

    private final PrintWriter out;
    private final Screen screen;
    private final LongSupplier clock;
    private final ProgressMeter meter;
    private final FindingLines findings;
    private long lastLine;
    private boolean drawn;
    private boolean steps;

    /** @param clock in ns, as {@link System#nanoTime} */
    ConsoleProgress(PrintWriter out, Screen screen, LongSupplier clock) {
        this.out = out;
        this.screen = screen;
        this.clock = clock;
        meter = new ProgressMeter(clock);
        findings = new FindingLines(screen.colours());
    }

    @Override
    public void passedOver(String reason) {
        say(reason);
    }

    @Override
    public void dataNote(String note) {
        say("data: " + note);
    }

    @Override
    public void started(String engine, String device, long parameters, long plannedIterations, int startIteration) {
        meter.started(plannedIterations, startIteration);
        lastLine = clock.getAsLong();
        String resumed = startIteration == 0 ? "" : ", resumed at iteration " + startIteration;
        say(String.format(Locale.ROOT, "engine %s (%s), %,d parameters%s", engine, device, parameters, resumed));
    }

    @Override
    public void iterationDone(IterationReport report) {
        tellFindings();
        meter.take(report);
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
        out.print(ERASE_LINE + ProgressLine.drawn(meter.reading(), screen.width()));
        out.flush();
        drawn = true;
    }

    @Override
    public void validated(int iteration, Map<String, Double> metrics, boolean best) {
        say(String.format(
                Locale.ROOT, "iteration %d  validation: %s%s", iteration, line(metrics), best ? "  (best)" : ""));
    }

    @Override
    public void happened(Event event, int iteration, String message) {
        if (!UNTOLD.contains(event)) {
            String words = event.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            say(String.format(Locale.ROOT, "iteration %d  %s: %s", iteration, words, message));
        }
    }

    @Override
    public void filed(int iteration, Path bundle) {
        say(String.format(Locale.ROOT, "iteration %d  replay the step with: steadygrad replay %s", iteration, bundle));
    }

    @Override
    public void found(int iteration, Finding finding) {
        if (!findings.takes(iteration)) {
            tellFindings();
        }
        findings.take(iteration, finding);
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
        out.println((drawn ? ERASE_LINE : "") + text);
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
