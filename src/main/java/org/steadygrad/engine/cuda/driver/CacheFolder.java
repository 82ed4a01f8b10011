package org.steadygrad.engine.cuda.driver;

import java.nio.file.Path;

/** Where things are kept that can be made again. */
public final class CacheFolder {
    private CacheFolder() {}

    /** The system property {@code steadygrad.cache}, else {@code steadygrad} in the user's cache folder. */
    public static Path path() {
        String chosen = System.getProperty("steadygrad.cache", "");
        if (!chosen.isEmpty()) {
            return Path.of(chosen);
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path caches = xdg == null || xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return caches.resolve("steadygrad");
    }
}
