package org.steadygrad.runlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.steadygrad.check.FileWriteException;

/** Appends rows to a file of JSON lines. */
final class JsonLinesWriter implements AutoCloseable {
    private final Path file;
    private final Writer out;

    /** Opens a file for appending; it is made if it isn't there. */
    JsonLinesWriter(Path file) throws IOException {
        this.file = file;
        out = Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @param row a JSON object on one line */
    void append(String row) {
        try {
            out.write(row);
            out.write('\n');
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Hands all rows to the operating system. */
    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException(new FileWriteException(file, e));
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
