package org.steadygrad.cli;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.steadygrad.data.series.numpy.NamedArrays;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Tensor;

/** Arrays of imported models in NumPy's {@code .npz} files, laid out as the library has them that the model is from. */
final class ForeignArrays {
    private static final int ALIGNMENT = 64;
    private static final int PREFIX = 10;

    private ForeignArrays() {}

    /** By the model's names; a single array may have any. */
    static Map<String, Tensor> read(ImportedModel model, Path file) {
        Map<String, Tensor> arrays = new LinkedHashMap<>();
        NamedArrays.read(file).forEach((name, array) -> arrays.put(name, new Tensor(array.shape(), array.numbers())));
        if (arrays.size() == 1 && model.inputs().size() == 1) {
            NeutralGraph.Input only = model.inputs().get(0);
            return Map.of(only.name(), arrays.values().iterator().next());
        }
        return arrays;
    }

    /** Writes arrays of doubles. */
    static void write(Map<String, Tensor> arrays, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        for (Map.Entry<String, Tensor> entry : arrays.entrySet()) {
            zip.putNextEntry(new ZipEntry(entry.getKey().replace('/', '_') + ".npy"));
            writeArray(entry.getValue(), new DataOutputStream(zip));
            zip.closeEntry();
        }
        zip.finish();
    }

    private static void writeArray(Tensor tensor, DataOutputStream out) throws IOException {
        String shape =
                Arrays.stream(tensor.shape()).mapToObj(size -> size + ",").collect(Collectors.joining(" "));
        String header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }";
        int whole = (PREFIX + header.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
        String padded = header + " ".repeat(whole - PREFIX - header.length() - 1) + "\n";
        out.write(0x93);
        out.write("NUMPY".getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {1, 0});
        out.writeShort(Short.reverseBytes((short) padded.length()));
        out.write(padded.getBytes(StandardCharsets.US_ASCII));
        ByteBuffer bytes =
                ByteBuffer.allocate(Double.BYTES * tensor.values().length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(tensor.values());
        out.write(bytes.array());
        out.flush();
    }
}
