package org.steadygrad.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A reader that damaged files are given to.
 *
 * @param name what a table calls it
 * @param file what is damaged, in a folder that has all else that the reader needs
 * @param originals contents that are right
 * @param reader reads the folder's file as users would have it read, to its end
 */
record Subject(String name, Path file, List<byte[]> originals, Reader reader) {

    /** Reads a file, or refuses it in words. */
    @FunctionalInterface
    interface Reader {
        void read(Path file) throws IOException;
    }

    /** A file that is there. */
    static Subject of(String name, Path file, Reader reader) throws IOException {
        return new Subject(name, file, List.of(Files.readAllBytes(file)), reader);
    }
}
