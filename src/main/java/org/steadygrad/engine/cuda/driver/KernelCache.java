package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Machine code of kernels on disk, so that only the first start compiles. A cache that can't be read or written is as good as
 * none. It lies in {@code steadygrad/kernels} of the user's cache folder, or in the folder of the system property {@code
 * steadygrad.cache}.
 */
final class KernelCache {
    private final Path folder;

    KernelCache(Path folder) {
        this.folder = folder;
    }

    static KernelCache ofUser() {
        return new KernelCache(CacheFolder.path().resolve("kernels"));
    }

    /** @param key tells this code from all other code */
    Optional<byte[]> read(String key) {
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
