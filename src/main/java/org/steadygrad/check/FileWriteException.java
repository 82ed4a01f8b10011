package org.steadygrad.check;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file couldn't be written; the message tells which, why, and when the disk is full, that it is. */
public final class FileWriteException extends IOException {
    private static final long serialVersionUID = 1L;

    /** With less than this a disk counts as full. */
    private static final long LITTLE_BYTES = 1L << 20;

    /** @param cause what the system said; asked for its reason */
    public FileWriteException(Path file, IOException cause) {
        super("writing " + file + " failed: " + reason(file, cause), cause);
    }

    private static String reason(Path file, IOException cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        try {
            FileStore disk = Files.getFileStore(file.toAbsolutePath().getParent());
            return disk.getUsableSpace() < LITTLE_BYTES ? message + "; the disk is full (" + disk + ")" : message;
        } catch (IOException e) {
            return message;
        }
    }
}
