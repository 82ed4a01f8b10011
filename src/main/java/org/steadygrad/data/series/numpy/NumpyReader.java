package org.steadygrad.data.series.numpy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.data.series.SeriesReader;
import org.steadygrad.data.series.SeriesSet;
import org.steadygrad.data.series.arrays.ArraySeries;
import org.steadygrad.data.series.arrays.SeriesArray;
import org.steadygrad.spec.DataSpec;

/**
 * Reads NumPy's files. In an {@code .npz} one array holds all series and others their classes and lengths; or, where series
 * differ in length, each is an array of its own whose key is a number, in the order of the file.
 */
public final class NumpyReader implements SeriesReader {
    private static final int MOST_ARRAYS = 1_000_000;

    @Override
    public SeriesSet read(DataFile file, DataSpec.Series spec) {
        boolean single = !file.name().toLowerCase(Locale.ROOT).endsWith(".npz");
        List<SeriesArray> arrays = new ArrayList<>(single ? List.of(array(file)) : arrays(file));
        if (single && spec.labels() != null) {
            DataFile beside = DataFile.of("data.labels", spec.labels());
            SeriesArray labels = array(beside);
            return new ArraySeries(file.name(), spec, arrays, Optional.of(labels)).read();
        }
        return new ArraySeries(file.name(), spec, arrays, Optional.empty()).read();
    }

    /** The array of an {@code .npy} file. */
    static SeriesArray array(DataFile file) {
        try (InputStream in = new BufferedInputStream(file.open(), 1 << 16)) {
            SeriesArray array = NpyFile.read(in, "", file.name());
            if (in.read() >= 0) {
                throw InvalidInputException.of(
                        file.name(),
                        "nothing after the array that its header announces",
                        "more bytes",
                        "The file is damaged.");
            }
            return array;
        } catch (IOException e) {
            throw file.unreadable(e);
        }
    }

    /** The arrays of an {@code .npz} file, in its order. */
    static List<SeriesArray> arrays(DataFile file) {
        List<SeriesArray> arrays = new ArrayList<>();
        long bytes = 0;
        long memory = Runtime.getRuntime().maxMemory() / 2;
        try (ZipInputStream in = new ZipInputStream(new BufferedInputStream(file.open(), 1 << 16))) {
            for (ZipEntry entry = next(in, file); entry != null; entry = next(in, file)) {
                String name = entry.getName().endsWith(".npy")
                        ? entry.getName().substring(0, entry.getName().length() - ".npy".length())
                        : entry.getName();
                SeriesArray array = NpyFile.read(in, name, file.name() + ", array \"" + name + "\"");
                arrays.add(array);
                bytes += 8L * (array.isNumbers() ? array.numbers().length : 0)
                        + 64L * (array.texts() == null ? 1 : array.texts().length);
                if (bytes > memory || arrays.size() > MOST_ARRAYS) {
                    throw InvalidInputException.of(
                            file.name(),
                            "arrays that fit into half of the memory (" + memory + " bytes), at most " + MOST_ARRAYS,
                            "more",
                            "Give Java more memory (-Xmx), or use a part of the data.");
                }
            }
        } catch (ZipException e) {
            throw new InvalidInputException(
                    file.name() + ": expected a zip file of arrays, got a damaged one: " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw file.unreadable(e);
        }
        if (arrays.isEmpty()) {
            throw InvalidInputException.of(file.name(), "a zip file of arrays", "none", "NumPy's savez writes them.");
        }
        return arrays;
    }

    /** Names of entries that are no text end in an unchecked exception. */
    private static ZipEntry next(ZipInputStream in, DataFile file) throws IOException {
        try {
            return in.getNextEntry();
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(
                    file.name() + ": expected a zip file of arrays, got an entry whose name is no UTF-8 text.", e);
        }
    }
}
