package org.steadygrad.exchange.keras;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.steadygrad.exchange.ForeignModelException;

/** A {@code .keras} file: a zip with three entries, of which nothing is trusted that it says of itself. */
final class KerasZip implements AutoCloseable {
    static final String CONFIG = "config.json";
    static final String METADATA = "metadata.json";
    static final String WEIGHTS = "model.weights.h5";

    /** Keras stores without compression; somebody may have packed a file anew. */
    private static final long LARGEST_RATIO = 20;

    private static final long ALWAYS_ALLOWED = 1 << 20;
    private static final Set<String> KNOWN = Set.of(CONFIG, METADATA, WEIGHTS);

    private final Path path;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private KerasZip(Path path, ZipFile zip) {
        this.path = path;
        this.zip = zip;
    }

    static KerasZip open(Path path) {
        ZipFile zip;
        try {
            zip = new ZipFile(path.toFile());
        } catch (IOException | IllegalArgumentException e) {
            throw new ForeignModelException(
                    path + ": expected a zip file of Keras, but it is damaged (" + e.getMessage() + "). Copy it again.",
                    e);
        }
        KerasZip opened = new KerasZip(path, zip);
        try {
            opened.list();
        } catch (ForeignModelException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private void list() {
        zip.stream().filter(entry -> !entry.isDirectory()).limit(100).forEach(entry -> {
            if (!KNOWN.contains(entry.getName())) {
                throw ForeignModelException.refused(
                        path + ": one of its entries",
                        entry.getName(),
                        "only " + String.join(", ", KNOWN) + " are known",
                        "Save a model without assets, in one piece.");
            }
            if (entries.put(entry.getName(), entry) != null) {
                throw damaged("two entries are called " + entry.getName());
            }
        });
        for (String name : KNOWN) {
            if (!entries.containsKey(name)) {
                throw damaged("it has no entry " + name);
            }
        }
    }

    /** @throws ForeignModelException if the entry is larger than it may be, or its checksum differs */
    byte[] read(String name) {
        ZipEntry entry = entries.get(name);
        long most = Math.min(
                Integer.MAX_VALUE - 16, ALWAYS_ALLOWED + LARGEST_RATIO * Math.max(0, entry.getCompressedSize()));
        if (entry.getSize() < 0
                || entry.getSize() > most
                || entry.getCompressedSize() > path.toFile().length()) {
            throw damaged(name + " is said to have " + entry.getSize() + " bytes, expected at most " + most);
        }
        CRC32 sum = new CRC32();
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            sum.update(bytes);
            if (bytes.length != entry.getSize() || in.read() >= 0 || sum.getValue() != entry.getCrc()) {
                throw damaged("size or checksum of " + name + " differs");
            }
            return bytes;
        } catch (IOException e) {
            throw damaged(name + ": " + e.getMessage());
        }
    }

    private ForeignModelException damaged(String what) {
        return new ForeignModelException(path + ": expected a model of Keras, but " + what + ". Copy it again.");
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new ForeignModelException(path + ": it can't be closed (" + e.getMessage() + ").", e);
        }
    }
}
