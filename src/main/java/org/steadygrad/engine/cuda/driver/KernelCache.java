package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Machine code of kernels on disk, so that only the first start compiles. A cache that can't be read or written is as good as
 * none. It lies in {@code steadygrad/kernels} of the user's cache folder, or in the folder of the system property {@code
 * steadygrad.cache}. The system property {@value #READY} names a folder of the same form that is only read, and before it: an
 * offline bundle brings code along that is compiled already.
 */
final class KernelCache {
    static final String READY = "steadygrad.kernels";

    private final Path folder;
    private final Optional<Path> ready;

    KernelCache(Path folder) {
        this(folder, Optional.empty());
    }

    /** @param ready a folder that is only read; the code in it counts before that of the other */
    KernelCache(Path folder, Optional<Path> ready) {
        this.folder = folder;
        this.ready = ready;
    }

    static KernelCache ofUser() {
        String named = System.getProperty(READY, "");
        return new KernelCache(
                CacheFolder.path().resolve("kernels"),
                named.isEmpty() ? Optional.empty() : Optional.of(Path.of(named)));
    }

    /** @param key tells this code from all other code */
    Optional<byte[]> read(String key) {
        return ready.flatMap(place -> read(place, key)).or(() -> read(folder, key));
    }

    private static Optional<byte[]> read(Path folder, String key) {
        try {
            byte[] code = Files.readAllBytes(folder.resolve(key));
            return code.length == 0 ? Optional.empty() : Optional.of(code);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Several processes may write the same key at once: each moves a complete file into place. */
    void write(String key, byte[] code) {
        try {
            Files.createDirectories(folder);
            Path whole = Files.createTempFile(folder, key, ".part");
            try {
                Files.write(whole, code);
                Files.move(
                        whole,
                        folder.resolve(key),
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(whole);
            }
        } catch (IOException e) {
            // compiling again next time is all that is lost
        }
    }
}
