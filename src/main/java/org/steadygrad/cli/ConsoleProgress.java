package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.steadygrad.health.Finding;
import org.steadygrad.train.IterationReport;
import org.steadygrad.train.TrainingObserver;

/** Shows a run on standard error: a progress bar on terminals, else a line now and then. */
final class ConsoleProgress implements TrainingObserver, AutoCloseable {
    private static final long PLAIN_LINE_NANOS = 10_000_000_000L;
    private static final double SMOOTHING = 0.95;

    private final PrintWriter out;
    private final boolean terminal;
    private ProgressBar bar;
    private long planned;
    private long lastLine = System.nanoTime();
    private double loss = Double.NaN;
    private double clipShare;

    /** @param terminal whether standard error is a terminal */
    ConsoleProgress(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void passedOver(String reason) {
        say(reason);
    }

    @Override
    public void started(String engine, String device, long parameters, long plannedIterations, int startIteration) {
        planned = plannedIterations;
        String resumed = startIteration == 0 ? "" : ", resumed at iteration " + startIteration;
        say(String.format(Locale.ROOT, "engine %s (%s), %,d parameters%s", engine, device, parameters, resumed));
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setInitialMax(plannedIterations)
                    .startsFrom(startIteration, Duration.ZERO)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(250)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, Terminal.width()))
                    .build();
        }
    }

    @Override
    public void iterationDone(IterationReport report) {
        if (Double.isFinite(report.loss())) {
            loss = Double.isNaN(loss) ? report.loss() : SMOOTHING * loss + (1 - SMOOTHING) * report.loss();
        }
        clipShare = SMOOTHING * clipShare + (1 - SMOOTHING) * (report.clipScale() < 1 ? 1 : 0);
        String numbers = String.format(
                Locale.ROOT, "loss %.4g  |g| %.3g  clipped %.0f%%", loss, report.gradientNorm(), 100 * clipShare);
        if (bar != null) {
            bar.stepTo(report.iteration());
            bar.setExtraMessage(numbers);
        } else if (System.nanoTime() - lastLine > PLAIN_LINE_NANOS) {
            lastLine = System.nanoTime();
            say(String.format(Locale.ROOT, "iteration %d of %d  %s", report.iteration(), planned, numbers));
        }
    }

    @Override
    public void validated(int iteration, Map<String, Double> metrics, boolean best) {
        say(String.format(
                Locale.ROOT, "iteration %d  validation: %s%s", iteration, line(metrics), best ? "  (best)" : ""));
    }

    @Override
    public void happened(Event event, int iteration, String message) {
        if (event == Event.ROLLED_BACK) {
            say(String.format(Locale.ROOT, "iteration %d  rolled back: %s", iteration, message));
        }
    }

    @Override
    public void filed(int iteration, Path bundle) {
        say(String.format(Locale.ROOT, "iteration %d  replay the step with: steadygrad replay %s", iteration, bundle));
    }

    @Override
    public void found(int iteration, Finding finding) {
        say(String.format(Locale.ROOT, "iteration %d  finding: %s", iteration, finding.message()));
    }

    /** Metrics on one line. */
    static String line(Map<String, Double> metrics) {
        return metrics.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.4g", e.getKey(), e.getValue()))
                .collect(Collectors.joining("  "));
    }

    private void say(String text) {
        if (bar != null) {
            out.print("\r\033[K");
        }
        out.println(text);
        out.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
