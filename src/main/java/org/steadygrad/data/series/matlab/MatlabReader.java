package org.steadygrad.data.series.matlab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Reason;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesReader;
import org.steadygrad.data.series.SeriesSet;
import org.steadygrad.data.series.arrays.ArraySeries;
import org.steadygrad.data.series.arrays.SeriesArray;
import org.steadygrad.spec.DataSpec;

/**
 * Reads MATLAB's files, whose variables are arrays as in an {@code .npz}. A cell array of matrices holds a series in each cell; one of
 * texts holds classes. What else MATLAB keeps (tables, objects, complex numbers) is left out and said, or refused where it is asked for.
 */
public final class MatlabReader implements SeriesReader {
    private static final int HEADER = 128;
    private static final byte[] HDF5 = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    private static final int USER_BLOCK = 512;

    private static final Cases<MatlabValue, String> WORDS = Cases.<MatlabValue, String>of(MatlabValue.class)
            .on(MatlabValue.Numbers.class, numbers -> "numbers")
            .on(MatlabValue.Text.class, text -> "text")
            .on(MatlabValue.Cells.class, cells -> "a cell array of several kinds")
            .on(MatlabValue.Other.class, MatlabValue.Other::what)
            .complete();

    @Override
    public SeriesSet read(DataFile file, DataSpec.Series spec) {
        Map<String, MatlabValue> variables = variables(file);
        List<SeriesArray> arrays = new ArrayList<>();
        List<String> left = new ArrayList<>();
        variables.forEach((name, value) -> {
            List<SeriesArray> found = USES.of(value).of(name, spec);
            if (found.isEmpty()) {
                requireNotWanted(file, name, value, spec);
                left.add("\"" + name + "\" (" + WORDS.of(value) + ")");
            }
            arrays.addAll(found);
        });
        SeriesSet set = new ArraySeries(file.name(), spec, arrays, Optional.empty()).read();
        if (left.isEmpty()) {
            return set;
        }
        List<String> notes = new ArrayList<>(set.notes());
        notes.add(file.name() + ": left out, since neither series nor classes can be made of them: "
                + String.join(", ", left) + ".");
        return new SeriesSet(set.file(), set.dimensions(), set.series(), set.target(), notes);
    }

    private static void requireNotWanted(DataFile file, String name, MatlabValue value, DataSpec.Series spec) {
        if (name.equals(spec.features()) || name.equals(spec.labels())) {
            throw InvalidInputException.of(
                    file.name() + ", variable \"" + name + "\"",
                    "a matrix of numbers, a cell array of such, or texts",
                    WORDS.of(value),
                    "In MATLAB: table2array, double, cellstr or real make one of it.");
        }
    }

    private static Map<String, MatlabValue> variables(DataFile file) {
        byte[] content;
        try (InputStream in = file.open()) {
            content = in.readAllBytes();
        } catch (IOException e) {
            throw file.unreadable(e);
        }
        String header = new String(content, 0, Math.min(HEADER, content.length), StandardCharsets.ISO_8859_1);
        if (!isHdf5(content) && !header.startsWith("MATLAB 5.0")) {
            throw InvalidInputException.of(
                    file.name(),
                    "a .mat file of version 5 or 7.3",
                    header.isEmpty() ? "an empty file" : header.substring(0, Math.min(20, header.length())),
                    "In MATLAB: save(file, ..., \"-v7\"); files of version 4 have no such header.");
        }
        try {
            return isHdf5(content) ? Matlab73.read(file.name(), content) : Matlab5.read(content);
        } catch (InvalidInputException e) {
            throw e;
        } catch (OutOfMemoryError e) {
            // MFL makes cell arrays as large as the file says
            throw new InvalidInputException(
                    file.name()
                            + ": expected variables that fit into Java's memory, got larger ones. Give Java more (-Xmx); if the file"
                            + " is small, it is damaged.",
                    e);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new InvalidInputException(
                    file.name() + ": expected a .mat file, got a damaged one: " + Reason.of(e) + ".", e);
        }
    }

    private static boolean isHdf5(byte[] content) {
        return startsWith(content, 0) || startsWith(content, USER_BLOCK);
    }

    private static boolean startsWith(byte[] content, int at) {
        return content.length >= at + HDF5.length
                && IntStream.range(0, HDF5.length).allMatch(i -> content[at + i] == HDF5[i]);
    }

    /** What a variable is to those who look for series and classes; nothing where it is neither. */
    private interface Use {
        List<SeriesArray> of(String name, DataSpec.Series spec);
    }

    private static final Cases<MatlabValue, Use> USES = Cases.<MatlabValue, Use>of(MatlabValue.class)
            .on(
                    MatlabValue.Numbers.class,
                    numbers -> (name, spec) -> List.of(array(name, numbers, !ArraySeries.isFeatures(spec, name))))
            .on(MatlabValue.Text.class, text -> (name, spec) -> List.of(texts(name, text.rows())))
            .on(MatlabValue.Cells.class, cells -> (name, spec) -> cells(name, cells.values(), spec))
            .on(MatlabValue.Other.class, other -> (name, spec) -> List.of())
            .complete();

    private static List<SeriesArray> cells(String name, List<MatlabValue> cells, DataSpec.Series spec) {
        if (cells.isEmpty()) {
            return List.of();
        }
        if (cells.stream().allMatch(MatlabReader::isOneText)) {
            return List.of(texts(
                    name,
                    cells.stream()
                            .map(cell -> ((MatlabValue.Text) cell).rows().get(0))
                            .toList()));
        }
        boolean series =
                ArraySeries.isFeatures(spec, name) && cells.stream().allMatch(MatlabValue.Numbers.class::isInstance);
        return series
                ? IntStream.range(0, cells.size())
                        .mapToObj(i -> array(String.valueOf(i), (MatlabValue.Numbers) cells.get(i), false))
                        .toList()
                : List.of();
    }

    private static boolean isOneText(MatlabValue value) {
        return value instanceof MatlabValue.Text text && text.rows().size() == 1;
    }

    private static SeriesArray texts(String name, List<String> rows) {
        return new SeriesArray(name, new int[] {rows.size()}, null, rows.toArray(String[]::new));
    }

    /** @param vector whether a matrix of one row or column has one axis: MATLAB has no vectors */
    private static SeriesArray array(String name, MatlabValue.Numbers value, boolean vector) {
        int[] shape = value.shape();
        double[] numbers = rowsFirst(shape, value.numbers());
        if (vector && shape.length == 2 && (shape[0] == 1 || shape[1] == 1)) {
            shape = new int[] {numbers.length};
        }
        String[] texts = shape.length > 2 ? null : new String[numbers.length];
        for (int i = 0; texts != null && i < texts.length; i++) {
            boolean whole = numbers[i] == Math.rint(numbers[i]) && Math.abs(numbers[i]) < 1e15;
            texts[i] = whole ? String.valueOf((long) numbers[i]) : String.valueOf(numbers[i]);
        }
        return new SeriesArray(name, shape, numbers, texts);
    }

    /** In C order, what has its first axis fastest. */
    private static double[] rowsFirst(int[] shape, double[] numbers) {
        double[] ordered = new double[numbers.length];
        int[] index = new int[shape.length];
        for (int i = 0; i < ordered.length; i++) {
            int place = 0;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                place = place * shape[axis] + index[axis];
            }
            ordered[i] = numbers[place];
            for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
                index[axis] = 0;
            }
        }
        return ordered;
    }
}
