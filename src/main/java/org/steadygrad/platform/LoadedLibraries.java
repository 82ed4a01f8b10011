package org.steadygrad.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Which native libraries this process has in memory. Linux tells; other systems don't. */
public final class LoadedLibraries {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private LoadedLibraries() {}

    /** @param name without prefix and ending, for example "nd4jcpu" */
    public static Optional<String> pathOf(String name) {
        String file = System.mapLibraryName(name);
        if (!Files.isReadable(MAPS)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(MAPS)) {
            return lines.filter(line -> line.indexOf('/') >= 0)
                    .map(line -> line.substring(line.indexOf('/')))
                    .filter(path -> path.substring(path.lastIndexOf('/') + 1).equals(file))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
