package org.steadygrad.cli;

import java.util.List;
import java.util.Locale;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.train.IterationReport;
import org.steadygrad.train.TrainingObserver;

/** What a run of the demo came to, as a row of its table. */
final class DemoOutcome implements TrainingObserver {
    private static final String ROW = "%-26s %14s %14s %12s %12s   %s%n";

    private final DemoPart part;
    private double firstLoss = Double.NaN;
    private double largestNorm;
    private RunResult result;

    DemoOutcome(DemoPart part) {
        this.part = part;
    }

    @Override
    public void iterationDone(IterationReport report) {
        if (Double.isNaN(firstLoss)) {
            firstLoss = report.loss();
        }
        if (report.gradientNorm() > largestNorm || Double.isInfinite(report.gradientNorm())) {
            largestNorm = report.gradientNorm();
        }
    }

    void finished(RunResult runResult) {
        result = runResult;
    }

    static String header() {
        return String.format(ROW, "", "gradient of the", "largest", "loss of the", "validation", "")
                + String.format(ROW, "run", "first layer *", "gradient norm", "first batch", "loss", "what happened");
    }

    String row() {
        Double loss = result.validation().get("loss");
        return String.format(
                ROW,
                part.title(),
                firstLayerShare(),
                number(largestNorm),
                number(firstLoss),
                loss == null ? "-" : number(loss),
                verdict(loss));
    }

    /** Gradient of the first block's output as a share of the last one's; "-" for a single layer. */
    private String firstLayerShare() {
        List<HealthSummary.Layer> layers = result.health().layers();
        // With batch norm, a block's activation is that of its normalisation.
        List<HealthSummary.Layer> norms =
                layers.stream().filter(layer -> layer.name().endsWith("-norm")).toList();
        if (!norms.isEmpty()) {
            layers = norms;
        }
        if (layers.size() < 2) {
            return "-";
        }
        return number(
                layers.get(0).gradientNorm() / layers.get(layers.size() - 1).gradientNorm());
    }

    private String verdict(Double loss) {
        if (loss == null || !Double.isFinite(loss)) {
            int sound = result.iterations() - result.skippedSteps();
            return "blew up: the loss is not finite after " + sound + (sound == 1 ? " step" : " steps");
        }
        if (loss < 0.5 * part.chanceLoss()) {
            return "learns";
        }
        return String.format(Locale.ROOT, "doesn't learn (guessing gives %s)", number(part.chanceLoss()));
    }

    private static String number(double value) {
        boolean plain = value == 0 || (Math.abs(value) >= 0.001 && Math.abs(value) < 10_000);
        return String.format(Locale.ROOT, plain ? "%.4g" : "%.1e", value);
    }
}
