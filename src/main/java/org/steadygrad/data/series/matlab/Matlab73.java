package org.steadygrad.data.series.matlab;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.steadygrad.check.InvalidInputException;

/** Files of version 7.3: HDF5 with axes in the opposite order, in which cells are addresses. */
final class Matlab73 {
    private static final int MOST_DEPTH = 32;
    private static final String CLASS = "MATLAB_class";
    private static final String EMPTY = "MATLAB_empty";
    private static final Set<String> NUMBERS = Set.of(
            "double", "single", "logical", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64");

    /** What cells and objects point to. */
    private static final Set<String> HIDDEN = Set.of("#refs#", "#subsystem#");

    private final HdfFile file;
    private final String name;
    private final Map<String, MatlabValue> variables = new LinkedHashMap<>();
    private long left = Runtime.getRuntime().maxMemory() / 2;

    private Matlab73(String name, HdfFile file) {
        this.name = name;
        this.file = file;
    }

    /** @return the variables by name, fields of structures with a slash between */
    static Map<String, MatlabValue> read(String name, byte[] content) {
        try (HdfFile file = HdfFile.fromBytes(content)) {
            Matlab73 reading = new Matlab73(name, file);
            reading.list(file, "", 0);
            return reading.variables;
        }
    }

    private void list(Group group, String prefix, int depth) {
        for (Node node : group.getChildren().values()) {
            String path = prefix + node.getName();
            if (node.isLink()) {
                throw InvalidInputException.of(
                        name + ", variable \"" + path + "\"", "data", "a link to other data", "Save the data itself.");
            }
            if (depth == 0 && HIDDEN.contains(node.getName())) {
                continue;
            }
            if (node instanceof Group inner && depth < MOST_DEPTH) {
                list(inner, path + "/", depth + 1);
            } else if (node instanceof Dataset dataSet) {
                variables.put(path, value(path, dataSet, depth));
            }
        }
    }

    private MatlabValue value(String path, Dataset dataSet, int depth) {
        Attribute attribute = dataSet.getAttribute(CLASS);
        String kind = attribute == null ? "" : String.valueOf(attribute.getData());
        if (dataSet.getAttribute(EMPTY) != null) {
            return kind.equals("char") ? new MatlabValue.Text(List.of("")) : new MatlabValue.Other("an empty " + kind);
        }
        left -= 8 * dataSet.getSize();
        if (left < 0) {
            throw InvalidInputException.of(
                    name,
                    "variables that fit into half of Java's memory",
                    "more",
                    "Give Java more (-Xmx), or save fewer.");
        }
        if (kind.equals("cell") && depth < MOST_DEPTH) {
            return cells(path, dataSet, depth);
        }
        boolean known = NUMBERS.contains(kind) || kind.equals("char") || kind.isEmpty();
        Object data = known && !dataSet.isCompound() ? dataSet.getDataFlat() : null;
        double[] numbers = data == null ? null : numbers(data);
        if (numbers == null) {
            return new MatlabValue.Other(
                    kind.isEmpty() || dataSet.isCompound() ? "complex numbers or a structure" : "a " + kind);
        }
        int[] shape = shape(dataSet);
        return kind.equals("char") ? text(shape, numbers) : new MatlabValue.Numbers(shape, numbers);
    }

    private MatlabValue cells(String path, Dataset dataSet, int depth) {
        if (!(dataSet.getDataFlat() instanceof long[] addresses)) {
            return new MatlabValue.Other("a cell array");
        }
        List<MatlabValue> values = new ArrayList<>();
        for (int i = 0; i < addresses.length; i++) {
            Node node = file.getNodeByAddress(addresses[i]);
            values.add(
                    node instanceof Dataset cell
                            ? value(path + "{" + (i + 1) + "}", cell, depth + 1)
                            : new MatlabValue.Other("a structure"));
        }
        return new MatlabValue.Cells(values);
    }

    /** As MATLAB has it. */
    private static int[] shape(Dataset dataSet) {
        int[] stored = dataSet.getDimensions();
        int[] shape = new int[Math.max(2, stored.length)];
        Arrays.fill(shape, 1);
        for (int i = 0; i < stored.length; i++) {
            shape[i] = stored[stored.length - 1 - i];
        }
        return shape;
    }

    /** Characters are numbers; a row of them is a text. */
    private static MatlabValue text(int[] shape, double[] codes) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < shape[0]; row++) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column * shape[0] + row < codes.length; column++) {
                text.append((char) codes[column * shape[0] + row]);
            }
            rows.add(text.toString().stripTrailing());
        }
        return new MatlabValue.Text(rows);
    }

    /** jhdf gives unsigned numbers in the next larger type; null for what isn't numbers. */
    private static double[] numbers(Object data) {
        if (data instanceof double[] numbers) {
            return numbers;
        }
        if (data instanceof Number number) {
            return new double[] {number.doubleValue()};
        }
        if (!data.getClass().isArray()) {
            return null;
        }
        double[] numbers = new double[java.lang.reflect.Array.getLength(data)];
        for (int i = 0; i < numbers.length; i++) {
            if (!(java.lang.reflect.Array.get(data, i) instanceof Number number)) {
                return null;
            }
            numbers[i] = number.doubleValue();
        }
        return numbers;
    }
}
