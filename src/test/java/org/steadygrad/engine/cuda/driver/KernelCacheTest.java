package org.steadygrad.engine.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
    private static final byte[] CODE = {1, 2, 3};
    private static final byte[] OTHER = {4};

    @TempDir
    private Path folder;

    @Test
    void readyCodeComesFirstAndIsNeverWritten() throws IOException {
        Path ready = Files.createDirectory(folder.resolve("ready"));
        Path own = folder.resolve("own");
        new KernelCache(ready).write("a", CODE);
        KernelCache cache = new KernelCache(own, Optional.of(ready));
        assertArrayEquals(CODE, cache.read("a").orElseThrow());
        assertEquals(Optional.empty(), cache.read("b"));
        cache.write("b", OTHER);
        assertArrayEquals(OTHER, cache.read("b").orElseThrow());
        assertEquals(Optional.empty(), new KernelCache(ready).read("b"));
        cache.write("a", OTHER);
        assertArrayEquals(CODE, cache.read("a").orElseThrow());
    }

    @Test
    void whatIsEmptyOrMissingIsNoCode() throws IOException {
        Files.createFile(folder.resolve("empty"));
        KernelCache cache = new KernelCache(folder.resolve("own"), Optional.of(folder));
        assertEquals(Optional.empty(), cache.read("empty"));
        KernelCache missing = new KernelCache(folder.resolve("own"), Optional.of(folder.resolve("nowhere")));
        missing.write("a", CODE);
        assertArrayEquals(CODE, missing.read("a").orElseThrow());
    }
}
