package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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

    @Test
    void aRunIsReplacedOnlyByOneThatBegins() throws IOException {
        Files.writeString(folder.resolve("model.zip"), "former");
        Files.writeString(folder.resolve("metrics.jsonl"), "former");
        Files.writeString(folder.resolve("notes.txt"), "of the user");
        try (NewFolder.Former former = NewFolder.setAside(folder)) {
            assertFalse(Files.exists(folder.resolve("model.zip")));
            Files.writeString(folder.resolve("run.yaml"), "whose data can't be read");
        }
        assertEquals("former", Files.readString(folder.resolve("model.zip")));
        assertEquals("former", Files.readString(folder.resolve("metrics.jsonl")));
        assertFalse(Files.exists(folder.resolve("run.yaml")));
        // killed before it began
        NewFolder.setAside(folder);
        try (NewFolder.Former former = NewFolder.setAside(folder)) {
            assertFalse(Files.exists(folder.resolve("model.zip")));
        }
        assertEquals("former", Files.readString(folder.resolve("model.zip")));
        try (NewFolder.Former former = NewFolder.setAside(folder)) {
            Files.writeString(folder.resolve("metrics.jsonl"), "new");
        }
        assertFalse(Files.exists(folder.resolve("model.zip")));
        assertEquals("new", Files.readString(folder.resolve("metrics.jsonl")));
        assertEquals("of the user", Files.readString(folder.resolve("notes.txt")));
        assertFalse(Files.exists(folder.resolve(".replaced")));
    }
}
