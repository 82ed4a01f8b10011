package org.steadygrad.runlog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.WriteOutage;

/** Appends rows to a file of JSON lines; while that isn't possible they are kept. A file that gets long is made shorter. */
final class JsonLinesWriter implements AutoCloseable {
    /** Rows are handed on when there are so many bytes of them. */
    private static final int MOST_KEPT = 1 << 16;

    private static final Logger LOG = LoggerFactory.getLogger(JsonLinesWriter.class);

    private final Path file;
    private final WriteOutage outage;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private FileChannel channel;
    /** What the file system calls the file; null where it has no such thing. */
    private Object identity;

    /** From so many bytes on the file is long. */
    private long dueAt;

    /** Makes a file shorter. */
    @FunctionalInterface
    interface Thinning {
        void thin(Path file) throws IOException;
    }

    /**
     * Opens a file for appending; it is made if it isn't there.
     *
     * @param patience for how many seconds it may be impossible to write before that is an error
     */
    JsonLinesWriter(Path file, double patience) throws IOException {
        this.file = file;
        outage = new WriteOutage("Rows of " + file, patience);
        open();
    }

    private void open() throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.position(channel.size());
        identity = identity();
    }

    private Object identity() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** @param row a JSON object on one line */
    void append(String row) {
        kept.writeBytes(row.getBytes(StandardCharsets.UTF_8));
        kept.write('\n');
        if (kept.size() >= MOST_KEPT) {
            flush();
        }
    }

    /** Hands all rows to the operating system, if it takes them. */
    void flush() {
        if (kept.size() > 0 && outage.isDue()) {
            try {
                outage.attempt(this::write);
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    /**
     * Makes the file shorter if it is long. Where that fails it stays as it is, and is tried again when it has grown by an eighth.
     *
     * @param most a file of more bytes is long; one that is still as long afterwards has to grow by a quarter
     */
    void thinWhenLong(long most, Thinning thinning) {
        try {
            if (channel.position() <= Math.max(most, dueAt)) {
                return;
            }
            flush();
            // rows that can't be written now, or a folder that was moved: there is another file of that name, or none
            if (kept.size() > 0 || !Files.exists(file) || !Objects.equals(identity(), identity)) {
                return;
            }
            long before = channel.position();
            channel.close();
            try {
                thinning.thin(file);
                dueAt = Files.size(file) / 4 * 5;
            } catch (IOException | InvalidInputException e) {
                dueAt = before / 8 * 9;
                LOG.warn("{} is long and can't be made shorter: {}", file, e.getMessage());
            } finally {
                open();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** All rows or none: half a row in the middle of a file is a damaged file. */
    private void write() throws IOException {
        long before = channel.position();
        ByteBuffer rows = ByteBuffer.wrap(kept.toByteArray());
        try {
            while (rows.hasRemaining()) {
                channel.write(rows);
            }
        } catch (IOException e) {
            channel.truncate(before);
            channel.position(before);
            throw new FileWriteException(file, e);
        }
        kept.reset();
    }

    private UncheckedIOException failed(IOException e) {
        // what is kept now can't be written when the file is closed either
        kept.reset();
        return new UncheckedIOException(e instanceof FileWriteException ? e : new FileWriteException(file, e));
    }

    @Override
    public void close() {
        try (FileChannel closing = channel) {
            if (kept.size() > 0) {
                outage.insist(this::write);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
