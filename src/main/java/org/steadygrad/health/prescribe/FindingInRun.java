package org.steadygrad.health.prescribe;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steadygrad.data.DataDescription;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.model.LayerNames;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;

/**
 * A finding in a run whose run file is known.
 *
 * @param gradientNorms before clipping, oldest first
 */
record FindingInRun(Finding finding, double[] gradientNorms, RunSpec run, DataDescription data) {

    /** The layers of the run file, input to output. */
    List<LayerSpec> layers() {
        return run.model().layers();
    }

    /** Index of the layer that the finding is about; empty when it is about the whole network. */
    OptionalInt layer() {
        return LayerNames.index(run.model(), finding.layer());
    }

    /** Indices of the layers of some kind, ascending. */
    int[] all(Class<? extends LayerSpec> kind) {
        return IntStream.range(0, layers().size())
                .filter(i -> kind.isInstance(layers().get(i)))
                .toArray();
    }

    /** The index of the finding's own layer, or those of all layers when it is about the whole network. */
    int[] concerned() {
        return layer().isPresent()
                ? new int[] {layer().getAsInt()}
                : IntStream.range(0, layers().size()).toArray();
    }

    /** A number that the finding is based on. */
    double evidence(String name, double otherwise) {
        double value = finding.evidence().getOrDefault(name, otherwise);
        return Double.isFinite(value) ? value : otherwise;
    }

    /** The sizes of the updates that the finding is based on. */
    UpdateRatios updates() {
        return UpdateRatios.of(finding);
    }

    /** Whether the finding is about dense layers, alone or in a stack, or about the whole network. */
    boolean dense() {
        return layer().isEmpty()
                || layers().get(layer().getAsInt()) instanceof LayerSpec.Stack
                || layers().get(layer().getAsInt()) instanceof LayerSpec.Dense;
    }

    boolean is(String... ids) {
        return Arrays.asList(ids).contains(finding.id());
    }

    /** Path of a key of a layer. */
    String key(int index, String name) {
        return key(run, index, name);
    }

    /** The same of a run. */
    static String key(RunSpec run, int index, String name) {
        return "model.layers[" + index + "]."
                + LayerNames.kind(run.model().layers().get(index)) + "." + name;
    }

    /** A cure; none when there is nothing to change. */
    static Optional<Prescription> cure(String title, List<String> changes, String reason, Paper... papers) {
        return changes.isEmpty()
                ? Optional.empty()
                : Optional.of(new Prescription(
                        title,
                        changes,
                        reason,
                        Arrays.stream(papers).map(Paper::words).collect(Collectors.joining("; "))));
    }

    /** A number as run files show it, rounded to so many digits: 0.0003. */
    static String plain(double value, int digits) {
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
        boolean readable = Math.abs(value) >= 1e-6 && Math.abs(value) < 1e7;
        return readable ? rounded.toPlainString() : rounded.toString();
    }
}
