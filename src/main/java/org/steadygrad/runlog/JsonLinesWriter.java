package org.steadygrad.runlog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.steadygrad.check.FileWriteException;
import org.steadygrad.check.WriteOutage;

/** Appends rows to a file of JSON lines; while that isn't possible they are kept. */
final class JsonLinesWriter implements AutoCloseable {
    /** Rows are handed on when there are so many bytes of them. */
    private static final int MOST_KEPT = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final WriteOutage outage;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

    /**
     * Opens a file for appending; it is made if it isn't there.
     *
     * @param patience for how many seconds it may be impossible to write before that is an error
     */
    JsonLinesWriter(Path file, double patience) throws IOException {
        this.file = file;
        outage = new WriteOutage("Rows of " + file, patience);
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.position(channel.size());
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
        try (channel) {
            if (kept.size() > 0) {
                outage.insist(this::write);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
