package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.steadygrad.diagnose.Diagnosis;
import org.steadygrad.diagnose.InputReport;
import org.steadygrad.diagnose.LayerFlow;
import org.steadygrad.diagnose.LayerFlow.Outlook;
import org.steadygrad.diagnose.MemoryReach;
import org.steadygrad.diagnose.RecurrentMatrix;
import org.steadygrad.diagnose.StackJacobian;
import org.steadygrad.diagnose.Truncation;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.FindingGroup;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.Severity;

/** Prints a {@link Diagnosis} in plain words, with a table per part. */
final class DiagnosisText {
    /** Rows of the table of layers; of a deeper network the middle is left out. */
    private static final int MOST_LAYERS = 48;

    /** Width of the bars: one character for each order of magnitude. */
    private static final int BAR = 12;

    private static final double BADLY_SCALED = 100;

    private final TextPage page;

    /** @param width columns to fill */
    DiagnosisText(PrintWriter out, boolean colours, int width) {
        page = new TextPage(out, colours, width);
    }

    void print(Diagnosis diagnosis) {
        Diagnosis.Subject subject = diagnosis.subject();
        page.paragraph(String.format(
                Locale.ROOT,
                "%s before its first step: %,d parameters, engine %s, %d batches (%,d examples)",
                subject.run(),
                subject.parameters(),
                subject.engine(),
                subject.batches(),
                subject.examples()));
        input(diagnosis);
        layers(diagnosis.layers());
        stacks(diagnosis.stacks());
        recurrent(diagnosis.recurrent());
        memory(diagnosis.memory());
        diagnosis.truncation().ifPresent(this::truncation);
        findings(diagnosis);
        page.flush();
    }

    /**
     * Prints what to do next.
     *
     * @param run what the command was given to read
     */
    void next(Diagnosis diagnosis, String run) {
        page.line();
        page.paragraph(
                diagnosis.findings().isEmpty()
                        ? "Next: steadygrad train " + run
                        : "Next: steadygrad diagnose " + run
                                + " --cure tries what can be done about it in short runs, and writes the run file that"
                                + " did best.");
        page.flush();
    }

    private void input(Diagnosis diagnosis) {
        InputReport input = diagnosis.input();
        page.section("Data");
        String spread = "";
        if (input.widest() >= 0 && input.widest() != input.narrowest()) {
            double ratio = input.widestDeviation() / input.narrowestDeviation();
            spread = "; feature " + input.widest() + " varies " + number(ratio) + " times as much as feature "
                    + input.narrowest() + " (counted from 0)"
                    + (ratio > BADLY_SCALED ? ": bring them to the same scale, or the small ones hardly count" : "");
        }
        String constant =
                input.constant().isEmpty() ? "" : "; " + input.constant().size() + " never vary";
        page.item("features", input.features() + constant + spread);
        if (!input.classShares().isEmpty()) {
            double most = input.classShares().stream().max(Double::compare).orElseThrow();
            page.item(
                    "classes",
                    input.classShares().size() + "; the most frequent is " + percent(most) + " of the labels");
        }
        String guess = Double.isNaN(input.guessingLoss())
                ? ""
                : "; always guessing the classes' shares costs " + number(input.guessingLoss());
        page.item(
                "loss",
                number(diagnosis.subject().loss()) + ", and "
                        + number(diagnosis.subject().lossAfterStep()) + " after one step on the same batch" + guess);
    }

    private void layers(List<LayerFlow> layers) {
        page.section("Layer by layer");
        page.paragraph(
                "Signal is the standard deviation of a layer's outputs, gradient the norm that comes back to them; x"
                        + " is the factor to the layer before (signal) or after (gradient). Update is what the first step"
                        + " changes of the layer's weights. A # stands for each order of magnitude of the gradient, down"
                        + " from the largest.");
        double largest = layers.stream()
                .mapToDouble(LayerFlow::gradientNorm)
                .filter(Double::isFinite)
                .max()
                .orElse(Double.NaN);
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("layer", "signal", "x", "gradient", "x", "", "update", ""));
        for (int i = 0; i < layers.size(); i++) {
            boolean shown = layers.size() <= MOST_LAYERS || i < MOST_LAYERS / 2 || i >= layers.size() - MOST_LAYERS / 2;
            if (shown) {
                rows.add(row(layers.get(i), largest));
            } else if (i == MOST_LAYERS / 2) {
                rows.add(List.of("... " + (layers.size() - MOST_LAYERS) + " more", "", "", "", "", "", "", ""));
            }
        }
        page.table("lrrrrlrl", rows);
    }

    private static List<String> row(LayerFlow layer, double largest) {
        return List.of(
                layer.layer(),
                number(layer.deviation()),
                number(layer.forwardFactor()),
                number(layer.gradientNorm()),
                number(layer.backwardFactor()),
                bar(layer.gradientNorm() / largest),
                Double.isNaN(layer.updateRatio()) ? "" : percent(layer.updateRatio()),
                word(layer));
    }

    private static String word(LayerFlow layer) {
        String word =
                layer.verdict() == Outlook.STALLS ? "stalls" : layer.verdict() == Outlook.BLOWS_UP ? "blows up" : "";
        String dead = layer.deadShare() > 0 ? percent(layer.deadShare()) + " dead" : "";
        String saturated = layer.saturatedShare() > 0.01 ? percent(layer.saturatedShare()) + " at bounds" : "";
        return String.join(
                ", ",
                List.of(word, dead, saturated).stream()
                        .filter(w -> !w.isEmpty())
                        .toList());
    }

    private static String bar(double share) {
        int marks = share > 0 ? (int) Math.round(Math.max(0, Math.min(BAR, BAR + Math.log10(share)))) : 0;
        return "|" + "#".repeat(marks) + " ".repeat(BAR - marks) + "|";
    }

    private void stacks(List<StackJacobian> stacks) {
        if (stacks.isEmpty()) {
            return;
        }
        page.section("Stacks");
        page.paragraph("A small change of a stack's input is stretched or shrunk on its way through, depending on its"
                + " direction; the gradient on its way back by the same factors. A factor of 1 in every direction"
                + " is best.");
        for (StackJacobian stack : stacks) {
            page.line();
            page.item(
                    "through",
                    stack.layers() + " layers, from " + stack.from() + " to " + stack.to()
                            + (stack.sampled() ? " (of " + stack.values().count() + " random directions)" : ""));
            page.item(
                    "factors",
                    "from " + number(stack.values().smallest()) + " to "
                            + number(stack.values().largest()) + ", half of them above "
                            + number(stack.values().median()) + "; "
                            + (Double.isInfinite(stack.values().decades())
                                    ? "some directions are lost entirely"
                                    : number(stack.values().decades()) + " orders of magnitude apart"));
            page.item("per layer", number(stack.perLayer()) + " on average");
        }
    }

    private void recurrent(List<RecurrentMatrix> matrices) {
        if (matrices.isEmpty()) {
            return;
        }
        page.section("Recurrent matrices");
        page.paragraph("By what the state is multiplied at each time step: largest, median and smallest factor of any"
                + " direction, and the factor in the long run (spectral radius).");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("layer", "of", "largest", "median", "smallest", "long run"));
        for (RecurrentMatrix matrix : matrices) {
            rows.add(List.of(
                    name(matrix.layer(), matrix.direction()),
                    matrix.gate(),
                    number(matrix.values().largest()),
                    number(matrix.values().median()),
                    number(matrix.values().smallest()),
                    number(matrix.spectralRadius())));
        }
        page.table("llrrrr", rows);
    }

    private void memory(List<MemoryReach> memory) {
        if (memory.isEmpty()) {
            return;
        }
        page.section("Memory");
        page.paragraph(
                "How much of the gradient of one step's loss is left so many steps before it (1 is its maximum).");
        for (MemoryReach reach : memory) {
            page.line();
            page.item(name(reach.layer(), reach.direction()), course(reach));
            String predicted = Double.isNaN(reach.product())
                    ? "; the gates' biases alone would make it " + number(reach.predicted())
                    : "; predicted from matrix and slopes " + number(reach.predicted());
            page.item("per step", "x " + number(reach.factor()) + predicted);
            page.item(
                    "reaches",
                    reach.horizon() + " of " + reach.length() + " steps"
                            + (reach.lag() == null ? "" : "; the task needs " + reach.lag()));
        }
    }

    private static String course(MemoryReach reach) {
        double largest = reach.norms().stream().max(Double::compare).orElseThrow();
        List<String> points = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < reach.steps().size(); i++) {
            if (reach.steps().get(i) >= next || i == reach.steps().size() - 1) {
                points.add(reach.steps().get(i) + ": " + number(reach.norms().get(i) / largest));
                next = Math.max(1, 2 * reach.steps().get(i));
            }
        }
        return String.join(", ", points);
    }

    private void truncation(Truncation truncation) {
        page.section("Truncated back-propagation");
        page.paragraph("The gradient of the same sequences of " + truncation.length()
                + " steps, in windows of one length and of"
                + " twice as much. Where it changes, the shorter window cuts something off.");
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("window", "against", "cosine", "norm x", "changes by"));
        for (Truncation.Comparison comparison : truncation.comparisons()) {
            rows.add(List.of(
                    comparison.steps() + " steps",
                    comparison.doubled() + " steps",
                    number(comparison.cosine()),
                    number(comparison.growth()),
                    percent(comparison.change())));
        }
        page.table("rrrrr", rows);
    }

    private void findings(Diagnosis diagnosis) {
        page.section("Findings");
        if (diagnosis.findings().isEmpty()) {
            page.paragraph("None: signal and gradient pass all layers, and the first step is of a fitting size.");
        }
        for (FindingGroup group : FindingGroup.of(diagnosis.findings())) {
            Finding finding = group.first();
            String severity = finding.severity().toString().toLowerCase(Locale.ROOT);
            String style = finding.severity() == Severity.ERROR ? "bold,red" : "bold,yellow";
            page.styled(style, severity, " " + finding.id());
            page.indented(group.text());
            group.advised()
                    .forEach(advised -> prescription(advised.prescriptions().get(0)));
        }
        List<String> stalled = diagnosis.layers(Outlook.STALLS);
        if (!stalled.isEmpty()) {
            page.line();
            int all = diagnosis.layers().size();
            page.paragraph(stalled.size() + " of " + all + " layers will stall: " + listed(stalled) + ".");
        }
    }

    private void prescription(Prescription best) {
        String changes =
                best.changes().stream().map(change -> " --set '" + change + "'").collect(Collectors.joining());
        page.indented("To try: " + best.title() + (changes.isEmpty() ? "" : "," + changes));
    }

    private static String listed(List<String> names) {
        int shown = Math.min(6, names.size());
        return String.join(", ", names.subList(0, shown)) + (names.size() > shown ? ", ..." : "");
    }

    private static String name(String layer, String direction) {
        return layer + (direction.equals("backward") ? " (backward)" : "");
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : Finding.number(value);
    }

    private static String percent(double share) {
        return number(100 * share) + " %";
    }
}
