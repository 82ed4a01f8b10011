package org.steadygrad.cli;

import java.util.List;
import java.util.Locale;
import org.steadygrad.check.Counted;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;

/** What a run of the demo came to, as a row of its table. */
final class DemoOutcome implements RunListener {
    private static final String ROW = "%-26s %14s %14s %12s %12s   %s%n";

    private final DemoPart part;
    private double firstLoss = Double.NaN;
    private double largestNorm;
    private RunResult result;

    DemoOutcome(DemoPart part) {
        this.part = part;
    }

    @Override
    public void happened(RunEvent event) {
        if (event instanceof RunEvent.Step step) {
            take(step);
        } else if (event instanceof RunEvent.Finished finished) {
            result = finished.result();
        }
    }

    private void take(RunEvent.Step step) {
        if (Double.isNaN(firstLoss)) {
            firstLoss = step.loss();
        }
        if (step.gradientNorm() > largestNorm || Double.isInfinite(step.gradientNorm())) {
            largestNorm = step.gradientNorm();
        }
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
            return "blew up: the loss is not finite after " + Counted.of(sound, "step");
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
