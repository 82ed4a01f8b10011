package org.steadygrad.exchange.torch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.array.ElementReading;
import org.steadygrad.exchange.array.ElementType;
import org.steadygrad.exchange.array.MemoryLimit;
import org.steadygrad.exchange.array.StoredArray;

/**
 * A file that {@code torch.save} wrote: what its pickle builds, with every tensor's values in place of its description. Entries of the zip are found
 * through its directory, since the sizes beside them aren't known when PyTorch writes them; their names are never taken for paths.
 */
final class TorchFile {
    private static final String PICKLE = "data.pkl";
    private static final long LONGEST_PICKLE = 1L << 28;
    private static final int DEEPEST = 64;

    /** Storages are read once for each type they are looked at as. */
    private record StorageView(String key, ElementType type) {}

    private final String who;
    private final ZipFile zip;
    private final MemoryLimit limit;
    private final Map<StorageView, StoredArray> storages = new HashMap<>();
    private final Map<StoredTensor, StoredArray> tensors = new IdentityHashMap<>();
    private final Map<Object, Object> whole = new IdentityHashMap<>();
    private String folder = "";
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    private TorchFile(Path file, ZipFile zip) throws IOException {
        this.who = file.toString();
        this.zip = zip;
        this.limit = new MemoryLimit(who, Files.size(file));
    }

    /**
     * Reads a file whole.
     *
     * @return {@link Map}s, {@link List}s, {@link StoredArray}s, {@link String}s, {@link Long}s, {@link Double}s, {@link Boolean}s and
     *     {@link Pickle#NONE}, as saved
     * @throws InvalidInputException when the file is damaged, holds more than arrays, or is of PyTorch's format before version 1.6
     */
    static Object read(Path file) throws IOException {
        refuseOldFormat(file);
        try (ZipFile zip = open(file)) {
            return new TorchFile(file, zip).content();
        } catch (ZipException e) {
            throw damaged(file.toString(), "a whole zip file", e.getMessage(), e);
        } catch (InvalidInputException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            // names that aren't UTF-8
            throw damaged(file.toString(), "a zip file with readable names", e.getMessage(), e);
        }
    }

    private static ZipFile open(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (ZipException | IllegalArgumentException e) {
            throw damaged(file.toString(), "a zip file", e.getMessage(), e);
        }
    }

    /** It began with a pickled number, 0x1950a86a20f9469cfc6c. */
    private static void refuseOldFormat(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(2);
        }
        if (start.length == 2 && start[0] == (byte) 0x80) {
            throw InvalidInputException.of(
                    file.toString(),
                    "a zip file, as PyTorch writes since version 1.6",
                    "the older format, a bare pickle",
                    "Load it with PyTorch and save it again: torch.save(torch.load(\"old.pt\", weights_only=True), \"new.pt\").");
        }
    }

    private Object content() throws IOException {
        List<String> pickles = zip.stream()
                .map(ZipEntry::getName)
                .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
                .toList();
        if (pickles.size() != 1) {
            throw InvalidInputException.of(
                    who, "a zip with one " + PICKLE, pickles.size() + " of them", "It isn't a file of torch.save.");
        }
        String pickle = pickles.get(0);
        folder = pickle.substring(0, pickle.length() - PICKLE.length());
        if (zip.getEntry(folder + "constants.pkl") != null) {
            throw InvalidInputException.of(
                    who, "a state dict", "a program of TorchScript, which holds code", PickledGlobal.REMEDY);
        }
        byteOrder();
        byte[] bytes = bytes(entry(pickle), LONGEST_PICKLE);
        return filled(Pickle.read(bytes, who), 0);
    }

    private void byteOrder() throws IOException {
        ZipEntry said = zip.getEntry(folder + "byteorder");
        String text = said == null ? "little" : new String(bytes(said, Long.BYTES), StandardCharsets.US_ASCII);
        switch (text) {
            case "little" -> order = ByteOrder.LITTLE_ENDIAN;
            case "big" -> order = ByteOrder.BIG_ENDIAN;
            default -> throw damaged(who, "byteorder little or big", text, null);
        }
    }

    /** Puts values in place of descriptions; what is built once stands wherever it was. */
    private Object filled(Object value, int depth) throws IOException {
        if (value instanceof StoredTensor stored) {
            return tensor(stored);
        }
        if (!(value instanceof Map || value instanceof List)) {
            return value;
        }
        if (depth > DEEPEST) {
            throw InvalidInputException.of(who, "at most " + DEEPEST + " levels of lists and dicts", "more", "");
        }
        Object known = whole.get(value);
        if (known != null) {
            return known;
        }
        Object filled;
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> to = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                to.put(entry.getKey(), filled(entry.getValue(), depth + 1));
            }
            filled = to;
        } else {
            List<Object> to = new ArrayList<>();
            for (Object element : (List<?>) value) {
                to.add(filled(element, depth + 1));
            }
            filled = to;
        }
        whole.put(value, filled);
        return filled;
    }

    private StoredArray tensor(StoredTensor stored) throws IOException {
        StoredArray known = tensors.get(stored);
        if (known == null) {
            int elements = StoredArray.elements(stored.sizes(), who);
            StoredArray storage = storage(stored);
            boolean all = stored.offset() == 0
                    && elements == storage.length()
                    && java.util.Arrays.equals(stored.strides(), StoredArray.strides(stored.sizes()));
            if (all) {
                known = storage.reshaped(stored.sizes());
            } else {
                limit.take(elements);
                known = storage.strided(stored.offset(), stored.sizes(), stored.strides(), who);
            }
            tensors.put(stored, known);
        }
        return known;
    }

    private StoredArray storage(StoredTensor stored) throws IOException {
        StorageView view = new StorageView(stored.storage().key(), stored.type());
        StoredArray known = storages.get(view);
        if (known == null) {
            known = readStorage(stored);
            storages.put(view, known);
        }
        return known;
    }

    private StoredArray readStorage(StoredTensor stored) throws IOException {
        StoredTensor.Storage storage = stored.storage();
        ZipEntry entry = entry(folder + "data/" + storage.key());
        long width = stored.type().bytes();
        double declared = (double) storage.elements() * storage.type().bytes();
        if (declared != entry.getSize() || entry.getSize() % width != 0) {
            throw damaged(who, declared + " bytes in entry " + entry.getName(), entry.getSize(), null);
        }
        limit.take(entry.getSize() / width);
        CRC32 sum = new CRC32();
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), sum);
                ReadableByteChannel channel = Channels.newChannel(in)) {
            StoredArray values =
                    ElementReading.read(stored.type(), new long[] {entry.getSize() / width}, order, channel::read);
            requireSum(entry, sum);
            return values;
        }
    }

    private void requireSum(ZipEntry entry, CRC32 sum) {
        // the JDK compares no checksums of entries that it reads through the directory
        if (sum.getValue() != entry.getCrc()) {
            throw damaged(who, "the checksum of entry " + entry.getName(), "another", null);
        }
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null || entry.isDirectory()) {
            throw damaged(who, "an entry " + name, "none", null);
        }
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw InvalidInputException.of(
                    who, "entries that aren't compressed, as PyTorch writes them", "entry " + name, "Save it again.");
        }
        return entry;
    }

    private byte[] bytes(ZipEntry entry, long most) throws IOException {
        if (entry.getSize() > most) {
            throw damaged(who, "entry " + entry.getName() + " of at most " + most + " bytes", entry.getSize(), null);
        }
        CRC32 sum = new CRC32();
        try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            requireSum(entry, sum);
            return bytes;
        }
    }

    private static InvalidInputException damaged(String who, String expected, Object got, Exception cause) {
        return new InvalidInputException(
                InvalidInputException.of(who, expected, got, "The file is damaged, or isn't one of torch.save.")
                        .getMessage(),
                cause);
    }
}
