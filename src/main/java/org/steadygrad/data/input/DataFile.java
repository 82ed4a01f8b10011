package org.steadygrad.data.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataFingerprint;

/**
 * A file of examples that a run file names: a path, relative to the current folder, or {@code builtin:NAME}, the class-path
 * resource {@code org/steadygrad/data/NAME}. Every error names the file.
 */
public final class DataFile {
    private static final String BUILTIN = "builtin:";

    /** Bytes of Java memory that decoding needs at most per byte of a text: the bytes, two per character, four per code point. */
    private static final int MEMORY_PER_BYTE = 7;

    private final String name;
    private final Path path;
    private final InputStream stream;

    private DataFile(String name, Path path, InputStream stream) {
        this.name = name;
        this.path = path;
        this.stream = stream;
    }

    /**
     * What comes through a pipe, which can be read once.
     *
     * @param name for errors
     */
    public static DataFile ofStream(String name, InputStream stream) {
        return new DataFile(name, null, Check.notNull(stream, name, "a stream"));
    }

    /**
     * @param key the run-file key that names the file, for errors
     * @param name the key's value
     */
    public static DataFile of(String key, String name) {
        Check.notNull(name, key, "a file");
        if (name.startsWith(BUILTIN)) {
            return new DataFile(name, null, null).checkedResource(key);
        }
        try {
            return new DataFile(name, Path.of(name), null).checkedPath(key);
        } catch (InvalidPathException e) {
            throw InvalidInputException.of(key, "the path of a file", name, e.getReason() + ".");
        }
    }

    /** The name as the user wrote it. */
    public String name() {
        return name;
    }

    /** Size in bytes; -1 for one that comes with the program or through a pipe. */
    public long size() {
        try {
            return path == null ? -1 : Files.size(path);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** From the start, not buffered; for the caller to close. */
    public InputStream open() {
        if (stream != null) {
            return stream;
        }
        try {
            return path == null ? DataFile.class.getResourceAsStream(resource()) : Files.newInputStream(path);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** What the file's content can be told by. Reads all of it. */
    public DataFingerprint.FileMark mark() {
        try (InputStream in = open()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            long bytes = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                bytes += n;
            }
            return new DataFingerprint.FileMark(bytes, HexFormat.of().formatHex(digest.digest()));
        } catch (IOException e) {
            throw unreadable(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** An error for a failed reading. */
    public InvalidInputException unreadable(IOException e) {
        return new InvalidInputException(name + ": reading it failed: " + e.getMessage() + ".", e);
    }

    /**
     * Reads all of the file as UTF-8; a byte-order mark is left out.
     *
     * @throws InvalidInputException with the offset in bytes of what can't be text: an invalid sequence or a NUL byte
     */
    public String text() {
        long size = size();
        long memory = Runtime.getRuntime().maxMemory();
        if (size > Integer.MAX_VALUE - 8 || size > memory / MEMORY_PER_BYTE) {
            throw InvalidInputException.of(
                    name,
                    "a file that fits into memory (" + memory / MEMORY_PER_BYTE + " bytes of text)",
                    size + " bytes",
                    "Give Java more memory (-Xmx), or use a part of the file.");
        }
        try (InputStream in = open()) {
            return decode(in.readAllBytes());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private String decode(byte[] bytes) {
        if (bytes.length == 0) {
            throw InvalidInputException.of(name, "text", "an empty file", "");
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw notText(in.position(), bytes, "Save the text as UTF-8.");
        }
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                throw notText(i, bytes, "The file looks binary, or like UTF-16; text files hold no byte 00.");
            }
        }
        String text = out.flip().toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private InvalidInputException notText(int offset, byte[] bytes, String remedy) {
        return InvalidInputException.of(
                name + ", byte offset " + offset,
                "UTF-8 text",
                "the byte %02X".formatted(bytes[offset] & 0xFF),
                remedy);
    }

    private String resource() {
        return "/org/steadygrad/data/" + name.substring(BUILTIN.length());
    }

    private DataFile checkedResource(String key) {
        boolean plain = name.substring(BUILTIN.length()).matches("[A-Za-z0-9][A-Za-z0-9._-]*");
        if (!plain || DataFile.class.getResource(resource()) == null) {
            throw InvalidInputException.of(
                    key,
                    "the name of a file that comes with the program",
                    name,
                    "Leave builtin: out to name your own.");
        }
        return this;
    }

    private DataFile checkedPath(String key) {
        if (!Files.exists(path)) {
            throw InvalidInputException.of(
                    key,
                    "a file that exists",
                    name,
                    "Paths are relative to the current folder, " + Path.of("").toAbsolutePath() + ".");
        }
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            String kind = Files.isDirectory(path) ? "a folder" : "something that can't be read";
            throw InvalidInputException.of(key, "a readable file", name + " (" + kind + ")", "");
        }
        return this;
    }
}
