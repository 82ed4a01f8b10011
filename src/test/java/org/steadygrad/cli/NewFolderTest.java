package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFolderTest {
    @TempDir
    Path folder;

    @Test
    void foldersOfRunsAreNumbered() throws IOException {
        Path named = folder.resolve("runs/gru");
        assertEquals(named, NewFolder.free(named));
        Files.createDirectories(named.resolve("checkpoints"));
        assertEquals(named, NewFolder.free(named), "a run that came to nothing");
        Files.writeString(named.resolve("checkpoints/iteration-0.zip"), "");
        Path second = folder.resolve("runs/gru-2");
        assertEquals(second, NewFolder.free(named));
        assertEquals(named, NewFolder.last(named));
        Files.createDirectories(second);
        Files.writeString(second.resolve("model.zip"), "");
        assertEquals(folder.resolve("runs/gru-3"), NewFolder.free(named));
        assertEquals(second, NewFolder.last(named), "what is resumed is the latest");
    }
}
