package org.steadygrad.data.series.arrays;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.series.SeriesSet;
import org.steadygrad.data.series.SeriesSet.Series;
import org.steadygrad.data.series.SeriesSet.Target;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.ArrayLayout;
import org.steadygrad.spec.DataSpec.SeriesTask;

/**
 * Series and what they have to learn, out of arrays: one holds all series and others their classes and lengths; or, where series differ in
 * length, each is an array of its own whose key is a number, in the order of the file.
 */
public final class ArraySeries {
    private static final Set<String> FEATURES = Set.of("x", "data", "features", "inputs");
    private static final Set<String> LABELS = Set.of("y", "labels", "label", "targets", "target", "classes");

    private final String file;
    private final DataSpec.Series spec;
    private final List<SeriesArray> arrays;
    private final List<String> notes = new ArrayList<>();
    private final Optional<SeriesArray> labels;

    /**
     * @param file what errors call the file
     * @param labels those of a file beside this one
     */
    public ArraySeries(String file, DataSpec.Series spec, List<SeriesArray> arrays, Optional<SeriesArray> labels) {
        this.file = file;
        this.spec = spec;
        this.arrays = arrays;
        this.labels = labels.isPresent() ? labels : find(spec.labels(), "data.labels", LABELS);
    }

    /** @throws InvalidInputException that names the array, if it isn't clear what the arrays are, or they don't go together */
    public SeriesSet read() {
        List<double[][]> values = values();
        int dimensions = values.get(0).length;
        Target target = target();
        int count = values.size();
        labels.ifPresent(array -> requireCount(array, count));
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String label = target == Target.CLASS ? labels.orElseThrow().texts()[i] : null;
            double[] numbers = target == Target.NUMBERS ? numbers(labels.orElseThrow(), i) : new double[0];
            series.add(new Series(file + ", case " + i, finite(values.get(i), i), label, numbers));
        }
        return new SeriesSet(file, SeriesSet.numbered(dimensions), series, target, notes);
    }

    /** Whether an array of this name is taken for that of the series. */
    public static boolean isFeatures(DataSpec.Series spec, String name) {
        return spec.features() == null
                ? FEATURES.contains(name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT))
                : spec.features().equals(name);
    }

    private double[][] finite(double[][] values, int number) {
        for (double[] dimension : values) {
            for (int step = 0; step < dimension.length; step++) {
                if (Double.isInfinite(dimension[step])) {
                    throw InvalidInputException.of(
                            file + ", case " + number + ", time step " + step,
                            "a finite number or NaN",
                            dimension[step],
                            "");
                }
            }
        }
        return values;
    }

    private Optional<SeriesArray> find(String wanted, String key, Set<String> usual) {
        if (wanted != null) {
            return Optional.of(arrays.stream()
                    .filter(array -> array.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> InvalidInputException.of(key, "an array of " + file, wanted, known())));
        }
        List<SeriesArray> found = arrays.stream()
                .filter(array -> usual.contains(array.plainName().toLowerCase(Locale.ROOT)))
                .toList();
        if (found.size() > 1) {
            throw InvalidInputException.of(key, "the name of an array", "nothing, and several could be meant", known());
        }
        return found.stream().findFirst();
    }

    private String known() {
        return "The file has "
                + arrays.stream().limit(20).map(SeriesArray::toString).collect(Collectors.joining(", "))
                + (arrays.size() > 20 ? " and " + (arrays.size() - 20) + " more" : "") + ".";
    }

    private List<double[][]> values() {
        if (arrays.size() == 1 && arrays.get(0).name().isEmpty()) {
            return cases(arrays.get(0));
        }
        Optional<SeriesArray> all = find(spec.features(), "data.features", FEATURES);
        List<SeriesArray> each =
                arrays.stream().filter(array -> array.name().matches("\\d+")).toList();
        if (all.isEmpty() && each.isEmpty()) {
            throw InvalidInputException.of("data.features", "the name of the array of series", null, known());
        }
        return all.isPresent() ? cases(all.get()) : oneEach(each);
    }

    private List<double[][]> oneEach(List<SeriesArray> each) {
        notes.add(file + ": each of " + each.size()
                + " arrays whose key is a number is a series, in the order of the file.");
        List<double[][]> values = new ArrayList<>();
        for (SeriesArray array : each) {
            String who = file + ", array \"" + array.name() + "\"";
            if (!array.isNumbers() || array.axes() < 1 || array.axes() > 2 || array.numbers().length == 0) {
                throw InvalidInputException.of(who, "numbers with one or two axes", array, "");
            }
            int[] shape = array.axes() == 1 ? lone(array.shape()[0]) : array.shape();
            values.add(series(array.numbers(), 0, shape));
            int dimensions = values.get(0).length;
            if (values.get(values.size() - 1).length != dimensions) {
                throw InvalidInputException.of(
                        who,
                        dimensions + " dimensions as in array \"" + each.get(0).name() + "\"",
                        values.get(values.size() - 1).length + " " + array.shapeList(),
                        "Axes are read as " + words() + "; data.layout says otherwise.");
            }
        }
        return values;
    }

    /** Shape of a series of one dimension. */
    private int[] lone(int steps) {
        return spec.layout() == ArrayLayout.CASE_DIMENSION_STEP ? new int[] {1, steps} : new int[] {steps, 1};
    }

    private String words() {
        return spec.layout() == ArrayLayout.CASE_DIMENSION_STEP ? "[dimension, step]" : "[step, dimension]";
    }

    /** The series of an array [case, dimension, step], [case, step, dimension] or [case, step]. */
    private List<double[][]> cases(SeriesArray array) {
        boolean fits = array.isNumbers() && (array.axes() == 2 || array.axes() == 3) && array.numbers().length > 0;
        if (!fits) {
            throw InvalidInputException.of(
                    array.name().isEmpty() ? file : file + ", array \"" + array.name() + "\"",
                    "numbers with the axes case, dimension and step (or case and step)",
                    array,
                    array.axes() == 1 ? "A single series can be saved with reshape(1, 1, -1)." : "");
        }
        int[] shape = array.axes() == 2 ? lone(array.shape()[1]) : new int[] {array.shape()[1], array.shape()[2]};
        boolean dimensionFirst = spec.layout() == ArrayLayout.CASE_DIMENSION_STEP;
        int steps = shape[dimensionFirst ? 1 : 0];
        notes.add("%s: %s is read as %d cases of %d dimensions with %d steps (data.layout)."
                .formatted(file, array, array.shape()[0], shape[dimensionFirst ? 0 : 1], steps));
        int[] lengths = lengths(array.shape()[0], steps);
        List<double[][]> values = new ArrayList<>();
        for (int i = 0; i < array.shape()[0]; i++) {
            double[][] series = series(array.numbers(), i * shape[0] * shape[1], shape);
            int length = lengths == null ? steps : lengths[i];
            values.add(Arrays.stream(series)
                    .map(dimension -> Arrays.copyOf(dimension, length))
                    .toArray(double[][]::new));
        }
        return values;
    }

    private double[][] series(double[] numbers, int offset, int[] shape) {
        boolean dimensionFirst = spec.layout() == ArrayLayout.CASE_DIMENSION_STEP;
        int dimensions = shape[dimensionFirst ? 0 : 1];
        int steps = shape[dimensionFirst ? 1 : 0];
        double[][] values = new double[dimensions][steps];
        for (int i = 0; i < dimensions; i++) {
            for (int step = 0; step < steps; step++) {
                values[i][step] = numbers[offset + (dimensionFirst ? i * steps + step : step * dimensions + i)];
            }
        }
        return values;
    }

    /** From an array of lengths or a mask [case, step] beside the series; null if there is neither. */
    private int[] lengths(int cases, int steps) {
        Optional<SeriesArray> lengths = named(Set.of("lengths", "length"));
        Optional<SeriesArray> mask = named(Set.of("mask", "masks"));
        if (lengths.isEmpty() && mask.isEmpty()) {
            return null;
        }
        int[] fromMask = mask.map(array -> masked(array, cases, steps)).orElse(null);
        int[] told = lengths.map(array -> told(array, cases, steps)).orElse(fromMask);
        for (int i = 0; fromMask != null && i < cases; i++) {
            if (told[i] != fromMask[i]) {
                throw InvalidInputException.of(
                        file + ", case " + i,
                        "lengths and mask that agree",
                        told[i] + " and " + fromMask[i],
                        "Take one of the arrays out.");
            }
        }
        notes.add(file + ": lengths of series are those of "
                + (lengths.isPresent() ? lengths.get() : mask.orElseThrow()) + "; what follows is padding.");
        return told;
    }

    private Optional<SeriesArray> named(Set<String> names) {
        return arrays.stream()
                .filter(array -> names.contains(array.plainName().toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    private int[] told(SeriesArray array, int cases, int steps) {
        boolean fits = array.isNumbers() && array.axes() == 1 && array.shape()[0] == cases;
        if (!fits) {
            throw InvalidInputException.of(file, "a length for each of " + cases + " cases", array, "");
        }
        for (double length : array.numbers()) {
            if (length != Math.rint(length) || length < 1 || length > steps) {
                throw InvalidInputException.of(
                        file + ", array \"" + array.name() + "\"", "whole lengths from 1 to " + steps, length, "");
            }
        }
        return Arrays.stream(array.numbers()).mapToInt(length -> (int) length).toArray();
    }

    private int[] masked(SeriesArray array, int cases, int steps) {
        if (!array.isNumbers() || array.axes() != 2 || array.shape()[0] != cases || array.shape()[1] != steps) {
            throw InvalidInputException.of(
                    file,
                    "a mask [case, step] of " + cases + " x " + steps,
                    array,
                    "Rename it if it is something else.");
        }
        int[] lengths = new int[cases];
        for (int i = 0; i < cases; i++) {
            int begin = i * steps;
            lengths[i] = (int) IntStream.range(0, steps)
                    .takeWhile(t -> array.numbers()[begin + t] != 0)
                    .count();
            long all = IntStream.range(0, steps)
                    .filter(t -> array.numbers()[begin + t] != 0)
                    .count();
            if (lengths[i] == 0 || all != lengths[i]) {
                throw InvalidInputException.of(
                        file + ", mask of case " + i,
                        "steps that count, then steps that don't",
                        all == 0 ? "none that counts" : "a gap at step " + lengths[i],
                        "Mark gaps with NaN, and set data.missing.");
            }
        }
        return lengths;
    }

    private void requireCount(SeriesArray array, int cases) {
        boolean fits = (array.axes() == 1 || array.axes() == 2) && array.shape()[0] == cases;
        if (!fits) {
            throw InvalidInputException.of(file, "something to learn for each of " + cases + " cases", array, "");
        }
    }

    /** Numbers with decimals are numbers to learn; text and whole numbers are classes, unless the run file says otherwise. */
    private Target target() {
        if (labels.isEmpty()) {
            return Target.NONE;
        }
        SeriesArray array = labels.get();
        if (!array.isNumbers()) {
            return Target.CLASS;
        }
        boolean whole =
                array.axes() == 1 && Arrays.stream(array.numbers()).allMatch(value -> value == Math.rint(value));
        boolean numbers = spec.task() == SeriesTask.REGRESSION || (spec.task() != SeriesTask.CLASSIFICATION && !whole);
        if (spec.task() == SeriesTask.AUTO) {
            notes.add(file + ": " + array + " holds " + (numbers ? "numbers to learn" : "classes") + " (data.task).");
        }
        return numbers ? Target.NUMBERS : Target.CLASS;
    }

    private static double[] numbers(SeriesArray array, int number) {
        int each = array.axes() == 1 ? 1 : array.shape()[1];
        return Arrays.copyOfRange(array.numbers(), number * each, (number + 1) * each);
    }
}
