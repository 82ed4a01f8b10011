package org.steadygrad.exchange.keras;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.object.message.DataLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.steadygrad.check.Reason;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.Weight;

/**
 * An HDF5 file of a stranger: groups, data sets of numbers, and texts in attributes. Links are refused, sizes are compared with the file's
 * before memory is taken, and what the library stumbles over is a damaged file.
 */
final class H5File implements AutoCloseable {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NODES = 100_000;

    private final String name;
    private final HdfFile file;
    private final Map<String, Dataset> dataSets = new TreeMap<>();
    private final Map<String, Group> groups = new TreeMap<>();
    private int nodes;

    private H5File(String name, HdfFile file) {
        this.name = name;
        this.file = file;
    }

    /** @param name for messages */
    static H5File open(String name, byte[] content) {
        return open(name, () -> HdfFile.fromBytes(content));
    }

    /**
     * Maps the file into memory: read piece by piece, each piece would be allocated at the size that the file says it has.
     *
     * @throws ForeignModelException also if the file is larger than can be mapped
     */
    static H5File open(Path path) {
        try (FileChannel channel = FileChannel.open(path)) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw ForeignModelException.refused(
                        path + ": its size",
                        channel.size() + " bytes",
                        "HDF5 files of less than 2 GiB are read",
                        "Save the model as .keras, or in parts.");
            }
            ByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return open(path.toString(), () -> HdfFile.fromByteBuffer(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static H5File open(String name, Supplier<HdfFile> opening) {
        HdfFile opened = guarded(name, opening);
        try {
            H5File file = new H5File(name, opened);
            guarded(name, () -> {
                file.list(opened, "", 0);
                return null;
            });
            return file;
        } catch (ForeignModelException e) {
            opened.close();
            throw e;
        }
    }

    private static <T> T guarded(String name, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (ForeignModelException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw new ForeignModelException(
                    name + ": expected HDF5, but it is damaged or no such file (" + Reason.of(e) + "). Copy it again.",
                    e);
        }
    }

    private void list(Group group, String path, int depth) {
        if (depth > MAX_DEPTH) {
            throw damaged("groups lie more than " + MAX_DEPTH + " deep");
        }
        groups.put(path, group);
        for (Node child : group.getChildren().values()) {
            String childPath = path.isEmpty() ? child.getName() : path + "/" + child.getName();
            if (++nodes > MAX_NODES) {
                throw damaged("it has more than " + MAX_NODES + " groups and data sets");
            }
            if (child.isLink()) {
                throw new ForeignModelException(name + ": " + childPath
                        + " is a link to another place, and links aren't followed. Save the model anew.");
            }
            if (child instanceof Group inner) {
                list(inner, childPath, depth + 1);
            } else if (child instanceof Dataset dataSet) {
                dataSets.put(childPath, dataSet);
            } else {
                throw damaged(childPath + " is neither a group nor a data set");
            }
        }
    }

    private ForeignModelException damaged(String what) {
        return new ForeignModelException(
                name + ": expected weights of Keras, but " + what + ". It is damaged or no such file.");
    }

    /** For messages. */
    String name() {
        return name;
    }

    /** Paths of all data sets, without a slash at the start. */
    List<String> dataSets() {
        return new ArrayList<>(dataSets.keySet());
    }

    boolean hasGroup(String path) {
        return groups.containsKey(path);
    }

    boolean hasDataSet(String path) {
        return dataSets.containsKey(path);
    }

    /** Numbers of a data set. @throws ForeignModelException if there is none, or its type or layout is another one */
    Weight weight(String path, String weightName) {
        Dataset dataSet = dataSets.get(path);
        if (dataSet == null) {
            throw new ForeignModelException(
                    name + ": expected weights at " + path + ", but there are none. Save the model anew, whole.");
        }
        return guarded(name, () -> {
            int[] sizes = dataSet.getDimensions();
            checkSize(path, dataSet);
            if (dataSet.getJavaType() != float.class && dataSet.getJavaType() != Float.class) {
                throw ForeignModelException.refused(
                        name + ": data type of " + path,
                        dataSet.getJavaType().getSimpleName(),
                        "only float32 is read exactly",
                        "Save the model with float32 weights.");
            }
            float[] values =
                    dataSet.getDataFlat() instanceof float[] floats ? floats : new float[] {(Float) dataSet.getData()};
            return new Weight(weightName, IntStream.of(sizes).boxed().toList(), values);
        });
    }

    /** A whole number that stands alone in a data set. */
    Optional<Long> number(String path) {
        Dataset dataSet = dataSets.get(path);
        if (dataSet == null) {
            return Optional.empty();
        }
        return guarded(name, () -> {
            checkSize(path, dataSet);
            return dataSet.isScalar() && dataSet.getData() instanceof Number number
                    ? Optional.of(number.longValue())
                    : Optional.empty();
        });
    }

    private void checkSize(String path, Dataset dataSet) {
        DataLayout layout = dataSet.getDataLayout();
        if ((layout != DataLayout.CONTIGUOUS && layout != DataLayout.COMPACT)
                || !dataSet.getFilters().isEmpty()) {
            throw ForeignModelException.refused(
                    name + ": layout of " + path,
                    layout,
                    "Keras writes contiguous data sets",
                    "Load the model with Keras and save it anew.");
        }
        long bytes = dataSet.getDataType().getSize();
        for (long size : dataSet.getDimensionsAsLong()) {
            if (size < 0 || size > Integer.MAX_VALUE || bytes * Math.max(1, size) > file.size()) {
                throw damaged(path + " is said to be larger than the file, "
                        + Arrays.toString(dataSet.getDimensionsAsLong()));
            }
            bytes *= size;
        }
    }

    /** Texts in an attribute of a group; empty if there is none, or it holds none. */
    List<String> texts(String group, String attribute) {
        return guarded(name, () -> {
            Attribute found = groups.containsKey(group) ? groups.get(group).getAttribute(attribute) : null;
            if (found == null || found.isEmpty() || found.getSize() == 0) {
                return List.of();
            }
            if (found.getSizeInBytes() < 0 || found.getSizeInBytes() > file.size()) {
                throw damaged("attribute " + attribute + " is said to be larger than the file");
            }
            Object data = found.getData();
            if (data instanceof String text) {
                return List.of(text);
            }
            return data instanceof String[] texts ? List.of(texts) : List.of();
        });
    }

    @Override
    public void close() {
        file.close();
    }
}
