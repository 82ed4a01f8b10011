package org.steadygrad.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Nearest;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;

/** Checks what was given on the command line before any work begins. */
final class Given {
    private Given() {}

    /** @throws UsageException when there is neither a file nor a folder */
    static Path existing(String who, Path path) {
        if (!Files.exists(path)) {
            throw UsageException.because(
                    who, "a file or folder that exists", path.toString(), "There is none" + near(path) + ".");
        }
        return path;
    }

    /** Where it isn't, and what of a similar name is there. */
    private static String near(Path path) {
        Path parent = path.toAbsolutePath().normalize().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return parent == null ? "" : ", nor " + parent;
        }
        String[] names = parent.toFile().list();
        Optional<String> nearest = path.getFileName() == null
                ? Optional.empty()
                : Nearest.to(path.getFileName().toString(), names == null ? List.of() : List.of(names));
        return " in " + parent
                + nearest.map(name -> "; did you mean " + name + "?").orElse("");
    }

    /**
     * @param name of an engine, perhaps with a device, as for {@link EngineRequest}
     * @throws UsageException when no engine is called so
     */
    static String engine(String name) {
        String engine = EngineRequest.of(name).engine();
        List<String> names = new ArrayList<>(List.of(Engines.AUTO));
        Engines.providers().stream().map(EngineProvider::name).forEach(names::add);
        if (!names.contains(engine)) {
            throw UsageException.because(
                    "--engine",
                    "one of " + String.join(", ", names),
                    name,
                    Nearest.to(engine, names)
                            .map(near -> "Did you mean " + near + "?")
                            .orElse("doctor tells what each of them needs."));
        }
        return name;
    }

    /** @throws UsageException unless it is null or above 0 */
    static Integer threads(Integer threads) {
        if (threads != null && threads < 1) {
            throw UsageException.because("--threads", "a number above 0", threads, "");
        }
        return threads;
    }
}
