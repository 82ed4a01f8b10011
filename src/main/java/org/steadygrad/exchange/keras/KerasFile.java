package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.steadygrad.exchange.graph.Weight;

/** The zip that a model of Keras 3 is: configuration, and weights in HDF5, which has nothing but groups with data sets. */
final class KerasFile {
    /** The version whose files these are like. */
    private static final String VERSION = "3.15.1";

    /** Key of what networks have besides, in the metadata. */
    static final String OWN = "steadygrad";

    private static final ObjectMapper JSON = new ObjectMapper();

    private KerasFile() {}

    static void write(KerasWriter.Written written, Map<String, String> metadata, OutputStream out) throws IOException {
        Path weights = Files.createTempFile("steadygrad", ".h5");
        try {
            writeWeights(written.layers(), weights);
            ZipOutputStream zip = new ZipOutputStream(out);
            zip.putNextEntry(new ZipEntry(KerasZip.METADATA));
            ObjectNode facts = JSON.createObjectNode().put("keras_version", VERSION);
            if (!metadata.isEmpty()) {
                ObjectNode own = facts.putObject(OWN);
                new java.util.TreeMap<>(metadata).forEach(own::put);
            }
            zip.write(JSON.writeValueAsBytes(facts));
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry(KerasZip.CONFIG));
            zip.write(JSON.writeValueAsBytes(written.config()));
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry(KerasZip.WEIGHTS));
            Files.copy(weights, zip);
            zip.closeEntry();
            zip.finish();
        } finally {
            Files.deleteIfExists(weights);
        }
    }

    /** Groups are called by class and order. */
    private static void writeWeights(List<WrittenLayer> layers, Path file) {
        Map<String, Integer> counts = new HashMap<>();
        Map<String, WritableGroup> groups = new HashMap<>();
        try (WritableHdfFile h5 = HdfFile.write(file)) {
            for (WrittenLayer layer : layers) {
                String name = Slots.snakeCase(layer.className());
                int count = layer.isOperation() ? 0 : counts.merge(name, 1, Integer::sum) - 1;
                String group = "layers/" + name + (count == 0 ? "" : "_" + count) + "/";
                for (WrittenLayer.Variable variable : layer.variables()) {
                    String path = group + variable.group() + "vars";
                    group(h5, groups, path).putDataset(String.valueOf(variable.index()), array(variable.weight()));
                }
            }
        }
    }

    private static WritableGroup group(WritableHdfFile h5, Map<String, WritableGroup> groups, String path) {
        int slash = path.lastIndexOf('/');
        WritableGroup known = groups.get(path);
        if (known == null) {
            WritableGroup parent = slash < 0 ? h5 : group(h5, groups, path.substring(0, slash));
            known = parent.putGroup(path.substring(slash + 1));
            groups.put(path, known);
        }
        return known;
    }

    private static Object array(Weight weight) {
        if (weight.shape().size() == 1) {
            return weight.values();
        }
        int columns = weight.size(1);
        float[][] rows = new float[weight.size(0)][columns];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(weight.values(), i * columns, rows[i], 0, columns);
        }
        return rows;
    }
}
