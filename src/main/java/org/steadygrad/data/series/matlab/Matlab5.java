package org.steadygrad.data.series.matlab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.check.InvalidInputException;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Char;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Opaque;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Sparse;
import us.hebi.matlab.mat.types.Struct;

/** Files of version 5, as MFL reads them. */
final class Matlab5 {
    private static final int MOST_DEPTH = 32;

    private Matlab5() {}

    /** @return the variables by name, fields of structures with a slash between */
    static Map<String, MatlabValue> read(byte[] content) throws IOException {
        Map<String, MatlabValue> variables = new LinkedHashMap<>();
        // what MATLAB keeps of objects isn't looked into
        MatFile file = Mat5.newReader(Sources.wrap(content))
                .disableSubsystemProcessing()
                .setBufferAllocator(new Limited())
                .readMat();
        for (MatFile.Entry entry : file.getEntries()) {
            put(entry.getName(), entry.getValue(), variables, 0);
        }
        return variables;
    }

    /** Sizes in a damaged file may be anything. */
    private static final class Limited implements BufferAllocator {
        private long left = Runtime.getRuntime().maxMemory() / 2;

        static InvalidInputException tooLarge() {
            return new InvalidInputException(
                    "MATLAB file: expected variables that fit into half of Java's memory, got larger ones."
                            + " Give Java more (-Xmx), or save fewer of them.");
        }

        @Override
        public ByteBuffer allocate(int bytes) {
            left -= bytes;
            if (bytes < 0 || left < 0) {
                throw tooLarge();
            }
            return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        }

        @Override
        public void release(ByteBuffer buffer) {
            left += buffer.capacity();
        }
    }

    private static void put(String name, Array array, Map<String, MatlabValue> to, int depth) {
        if (array instanceof Struct struct && struct.getNumElements() == 1 && depth < MOST_DEPTH) {
            for (String field : struct.getFieldNames()) {
                put(name + "/" + field, struct.get(field), to, depth + 1);
            }
        } else {
            to.put(name, value(array, depth));
        }
    }

    private static MatlabValue value(Array array, int depth) {
        if (array instanceof Char text) {
            return text(text);
        }
        if (array instanceof Matrix matrix) {
            return matrix.isComplex() ? new MatlabValue.Other("complex numbers") : numbers(matrix);
        }
        if (array instanceof Cell cell && depth < MOST_DEPTH) {
            List<MatlabValue> values = new ArrayList<>();
            for (int i = 0; i < cell.getNumElements(); i++) {
                values.add(value(cell.get(i), depth + 1));
            }
            return new MatlabValue.Cells(values);
        }
        if (array instanceof Opaque opaque) {
            return new MatlabValue.Other("an object of class " + opaque.getClassName());
        }
        return new MatlabValue.Other(array instanceof Struct ? "an array of structures" : "a " + array.getType());
    }

    private static MatlabValue text(Char text) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < text.getNumRows(); row++) {
            rows.add(text.getRow(row).stripTrailing());
        }
        // '' has no rows
        return new MatlabValue.Text(rows.isEmpty() ? List.of("") : rows);
    }

    private static MatlabValue numbers(Matrix matrix) {
        int[] shape = matrix.getDimensions().clone();
        long elements = Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
        if (elements > Runtime.getRuntime().maxMemory() / 2 / Double.BYTES) {
            throw Limited.tooLarge();
        }
        double[] numbers = new double[(int) elements];
        if (matrix instanceof Sparse sparse) {
            sparse.forEach((row, column, real, imaginary) -> numbers[column * shape[0] + row] = real);
        } else {
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = matrix.getDouble(i);
            }
        }
        return new MatlabValue.Numbers(shape, numbers);
    }
}
