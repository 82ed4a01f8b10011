package org.steadygrad.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads a small number of entries of a zip file into memory, trusting nothing that the file says of itself. */
final class CheckedZip {
    private static final int MAX_ENTRIES = 64;

    private CheckedZip() {}

    /**
     * Reads every entry but directories.
     *
     * @param maxBytes largest number of uncompressed bytes of all entries together
     * @return content by name
     * @throws ModelFileException when the file is missing, damaged (checksums are compared), or too large
     */
    static Map<String, byte[]> read(Path file, long maxBytes) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(file, "there is no such file. Check the path.");
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            if (zip.size() > MAX_ENTRIES) {
                throw new ModelFileException(
                        file,
                        "expected at most " + MAX_ENTRIES + " entries, got " + zip.size() + ". It is no model file.");
            }
            Map<String, byte[]> content = new LinkedHashMap<>();
            long left = maxBytes;
            for (ZipEntry entry : zip.stream().filter(e -> !e.isDirectory()).toList()) {
                byte[] bytes = readEntry(file, zip, entry, left);
                left -= bytes.length;
                content.put(entry.getName(), bytes);
            }
            return content;
        } catch (ZipException e) {
            throw new ModelFileException(file, damaged(e.getMessage()), e);
        } catch (IOException e) {
            throw new ModelFileException(file, "it can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static byte[] readEntry(Path file, ZipFile zip, ZipEntry entry, long left) throws IOException {
        if (entry.getSize() > left || entry.getSize() > Integer.MAX_VALUE - 16) {
            throw new ModelFileException(
                    file,
                    "entry " + entry.getName() + " declares " + entry.getSize() + " bytes, which doesn't fit into the "
                            + left
                            + " bytes that are left. Give Java more memory (-Xmx) if the file is really that large.");
        }
        byte[] bytes;
        try (InputStream in = zip.getInputStream(entry)) {
            bytes = in.readNBytes((int) Math.min(left, Math.max(0, entry.getSize())));
            boolean more = in.read() >= 0;
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if (more || bytes.length != entry.getSize() || crc.getValue() != entry.getCrc()) {
                throw new ModelFileException(file, damaged("checksum of " + entry.getName() + " differs"));
            }
        }
        return bytes;
    }

    private static String damaged(String detail) {
        return "it is damaged or truncated (" + detail
                + "). Copy it again, or use an earlier checkpoint of the run's checkpoints folder.";
    }
}
