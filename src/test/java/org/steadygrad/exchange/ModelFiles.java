package org.steadygrad.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;

/** Folders of small model files, which the repository keeps as text: {@code NAME.b64} is NAME where tests read it. */
public final class ModelFiles {
    private static final String TEXT = ".b64";

    private ModelFiles() {}

    /**
     * @param property names another folder, with the files as they are
     * @param kind the folder of the repository's own, below {@code src/test/exchange}
     */
    public static Path folder(String property, String kind) {
        String other = System.getProperty(property);
        return other == null ? unpacked(Path.of("src/test/exchange", kind, "files"), kind) : Path.of(other);
    }

    private static Path unpacked(Path from, String kind) {
        try (Stream<Path> files = Files.list(from)) {
            // of this process alone, since several run tests side by side
            Path to = Files.createDirectories(Path.of(
                    "target", "exchange", kind + "-" + ProcessHandle.current().pid()));
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                byte[] bytes = Files.readAllBytes(file);
                if (name.endsWith(TEXT)) {
                    name = name.substring(0, name.length() - TEXT.length());
                    bytes = Base64.getMimeDecoder().decode(bytes);
                }
                Files.write(to.resolve(name), bytes);
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
