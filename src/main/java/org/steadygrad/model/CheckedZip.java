package org.steadygrad.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A zip file with a small number of entries, of which nothing is trusted that it says of itself. */
final class CheckedZip implements AutoCloseable {
    private static final int MAX_ENTRIES = 64;

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private CheckedZip(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /** @throws ModelFileException when the file is missing, no zip file, or has entries no model file would have */
    static CheckedZip open(Path file) {
        if (!Files.isRegularFile(file)) {
            String what = Files.isDirectory(file) ? "it is a folder" : "there is no such file";
            throw new ModelFileException(file, what + ". Check the path.");
        }
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw new ModelFileException(file, damaged(e.getMessage()), e);
        } catch (IOException e) {
            throw new ModelFileException(file, "it can't be read: " + e.getMessage() + ".", e);
        }
        CheckedZip checked = new CheckedZip(file, zip);
        try {
            checked.list();
        } catch (ModelFileException e) {
            checked.close();
            throw e;
        }
        return checked;
    }

    private void list() {
        if (zip.size() > MAX_ENTRIES) {
            throw new ModelFileException(
                    file, "expected at most " + MAX_ENTRIES + " entries, got " + zip.size() + ". It is no model file.");
        }
        zip.stream().filter(e -> !e.isDirectory()).forEach(entry -> {
            if (entries.put(entry.getName(), entry) != null) {
                throw new ModelFileException(file, damaged("two entries are called " + entry.getName()));
            }
        });
    }

    /** Names of the entries that are files. */
    Set<String> names() {
        return entries.keySet();
    }

    /**
     * Reads an entry whole.
     *
     * @param mostBytes largest size, uncompressed, that is believed; memory is taken for no more
     * @return empty when there is no such entry
     * @throws ModelFileException when it is larger, or its checksum differs
     */
    Optional<byte[]> read(String name, long mostBytes) {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        long most = Math.min(mostBytes, Integer.MAX_VALUE - 16);
        if (entry.getSize() > most) {
            throw new ModelFileException(
                    file,
                    "entry " + name + " declares " + entry.getSize() + " bytes, expected at most " + most
                            + ". It is damaged or no model file.");
        }
        return Optional.of(checked(entry, in -> in.readNBytes((int) entry.getSize())));
    }

    /** Reads every entry without keeping it, and compares checksums. @throws ModelFileException when one differs */
    void verify() {
        for (ZipEntry entry : entries.values()) {
            checked(entry, in -> in.transferTo(OutputStream.nullOutputStream()));
        }
    }

    @FunctionalInterface
    private interface Reading<T> {
        T from(InputStream in) throws IOException;
    }

    /** The JDK compares no checksums of entries that it reads through the central directory. */
    private <T> T checked(ZipEntry entry, Reading<T> reading) {
        CRC32 sum = new CRC32();
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
            T result = reading.from(in);
            if (in.read() >= 0 || sum.getValue() != entry.getCrc()) {
                throw new ModelFileException(file, damaged("checksum of " + entry.getName() + " differs"));
            }
            return result;
        } catch (IOException e) {
            throw new ModelFileException(file, damaged(entry.getName() + ": " + e.getMessage()), e);
        }
    }

    private static String damaged(String detail) {
        return "it is damaged or truncated (" + detail
                + "). Copy it again, or use an earlier checkpoint of the run's checkpoints folder.";
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new ModelFileException(file, "it can't be closed: " + e.getMessage() + ".", e);
        }
    }
}
