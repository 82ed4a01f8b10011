package org.steadygrad.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.train.SavedRun;

/**
 * What the numbers that a model gives stand for.
 *
 * <p>Where a model learnt quantiles, there is a number for each quantile of each target, in ascending order: quantiles of one target that
 * the model has cross are exchanged. Where it learnt the mean of counts, it gives the logarithm, and numbers are the mean.
 *
 * @param names of classes, keys or numbers
 * @param scaling of each number; empty where there is none
 * @param sources number of the input that each number is told from; -1 where it is told from none
 * @param quantiles that there is a number for, of each target in turns; empty where there is one number for each target
 * @param logarithms whether the model gives the logarithms of numbers
 */
record OutputDecoding(
        TargetKind target,
        List<String> names,
        List<Column> scaling,
        List<Integer> sources,
        List<Double> quantiles,
        boolean logarithms) {

    static OutputDecoding of(SavedRun run) {
        OutputDecoding plain = of(run.description(), run.artifact());
        List<LayerSpec> layers = run.run(List.of()).model().layers();
        LossSpec loss =
                layers.get(layers.size() - 1) instanceof LayerSpec.Output output ? output.loss() : LossSpec.auto();
        if (loss instanceof LossSpec.Pinball pinball) {
            return plain.ofQuantiles(pinball.quantiles());
        }
        return loss instanceof LossSpec.NegativeBinomial
                ? new OutputDecoding(plain.target, plain.names, plain.scaling, plain.sources, List.of(), true)
                : plain;
    }

    private OutputDecoding ofQuantiles(List<Double> wanted) {
        List<String> columns = new ArrayList<>();
        List<Column> scales = new ArrayList<>();
        List<Integer> from = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            for (double quantile : wanted) {
                columns.add(names.get(i) + quantileName(quantile));
                if (!scaling.isEmpty()) {
                    scales.add(scaling.get(i));
                    from.add(sources.get(i));
                }
            }
        }
        return new OutputDecoding(target, columns, scales, from, wanted, false);
    }

    /** What follows a target's name, such as {@code  q0.9}. */
    private static String quantileName(double quantile) {
        return " q" + quantile;
    }

    /** A name with something between the target's and that of the quantile. */
    String named(int number, String later) {
        String name = names.get(number);
        String end = quantiles.isEmpty() ? "" : quantileName(quantiles.get(number % quantiles.size()));
        return name.substring(0, name.length() - end.length()) + later + end;
    }

    private static OutputDecoding of(DataDescription description, DataArtifact artifact) {
        TargetKind target = description.target();
        List<Column> scaling = List.of();
        List<Integer> sources = List.of();
        List<String> names = IntStream.range(0, description.targetSize())
                .mapToObj(String::valueOf)
                .toList();
        if (artifact instanceof DataArtifact.Columns columns) {
            boolean classes = !columns.classes().isEmpty();
            scaling = classes ? List.of() : columns.targets();
            sources = scaling.stream()
                    .map(column -> source(column, target, columns.inputs()))
                    .toList();
            names = classes
                    ? columns.classes()
                    : scaling.stream().map(Column::name).toList();
        } else if (artifact instanceof DataArtifact.Vocabulary vocabulary) {
            names = vocabulary.symbols();
        } else if (target == TargetKind.NUMBERS || target == TargetKind.NUMBERS_PER_STEP) {
            names = IntStream.rangeClosed(1, description.targetSize())
                    .mapToObj(String::valueOf)
                    .toList();
        }
        return new OutputDecoding(target, names, scaling, sources, List.of(), false);
    }

    /** Of a path, names say the steps ahead after the input's. */
    private static int source(Column column, TargetKind target, List<Column> inputs) {
        if (column.reference() == null) {
            return -1;
        }
        String path = target == TargetKind.NUMBERS ? " (+" + column.ahead() + ")" : "";
        List<String> names = inputs.stream().map(Column::name).toList();
        int source = names.indexOf(column.name().substring(0, column.name().length() - path.length()));
        if (source < 0) {
            throw InvalidInputException.of(
                    "Predictor",
                    "an input that the output " + column.name() + " is told from",
                    names,
                    "The model's file was put together from others.");
        }
        return source;
    }

    /** What the numbers of a row are told from, once its inputs are known; NaN where too little is known. */
    double[] references(SeriesHistory history) {
        double[] references = new double[names.size()];
        for (int i = 0; i < scaling.size(); i++) {
            references[i] = history.reference(scaling.get(i), sources.get(i));
        }
        return references;
    }

    /** Whether outputs are probabilities of classes, one of which is the case. */
    boolean classes() {
        return target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP;
    }

    /**
     * Undoes the scaling of one row of outputs, in place.
     *
     * @param references what the numbers are told from
     * @param origin where the row stands, for errors
     */
    void decode(double[] row, double[] references, String origin) {
        for (int i = 0; i < row.length; i++) {
            if (!Double.isFinite(row[i])) {
                throw InvalidInputException.of(
                        origin + ", output " + names.get(i),
                        "a finite prediction",
                        row[i],
                        "Something in the model overflows: look at its weights and at the data's scale.");
            }
            if (logarithms) {
                row[i] = Math.exp(row[i]);
            }
            if (!scaling.isEmpty()) {
                row[i] = scaling.get(i).raw(row[i], references[i]);
            }
        }
        for (int from = 0; !quantiles.isEmpty() && from < row.length; from += quantiles.size()) {
            Arrays.sort(row, from, from + quantiles.size());
        }
    }
}
