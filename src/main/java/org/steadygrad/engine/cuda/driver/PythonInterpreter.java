package org.steadygrad.engine.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.steadygrad.platform.Shell;

/**
 * Asks a Python where its packages lie: what is named python3 may be a script that starts another one somewhere else. Each is
 * asked once in a process.
 */
final class PythonInterpreter {
    /** Lines with a mark, since a wrapper may print something of its own. */
    private static final String MARK = "steadygrad:";

    private static final String QUESTION =
            "import sys; print('\\n'.join('" + MARK + "' + p for p in [sys.prefix] + sys.path))";
    private static final int SECONDS = 10;
    private static final Map<Path, Answer> ANSWERS = new ConcurrentHashMap<>();

    private PythonInterpreter() {}

    /**
     * What a Python said.
     *
     * @param folders of libraries among its packages
     * @param problem why it didn't answer, to follow its name; "" when it did
     */
    record Answer(List<Path> folders, String problem) {
        private static Answer failed(String problem) {
            return new Answer(List.of(), problem);
        }
    }

    static Answer ask(Path program) {
        return ANSWERS.computeIfAbsent(program.toAbsolutePath(), python -> ask(python, SECONDS));
    }

    static Answer ask(Path program, int seconds) {
        try {
            Shell.Outcome outcome = Shell.run(seconds, List.of(program.toString(), "-c", QUESTION));
            List<String> told = outcome.lines().stream()
                    .filter(line -> line.startsWith(MARK))
                    .map(line -> line.substring(MARK.length()))
                    .toList();
            if (!outcome.ended()) {
                return Answer.failed("didn't say within " + seconds + " seconds where its packages are");
            }
            if (outcome.code() != 0 || told.isEmpty()) {
                return Answer.failed("doesn't say where its packages are (exit code " + outcome.code()
                        + lastLine(outcome.errors()) + "), as a Python does");
            }
            return new Answer(folders(told), "");
        } catch (IOException e) {
            return Answer.failed("can't be started (" + e.getMessage() + ")");
        }
    }

    private static String lastLine(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.isBlank())
                .reduce((first, second) -> second)
                .map(line -> ": " + line.strip())
                .orElse("");
    }

    /** The first is the prefix, others are what it imports from; "" is the current folder, which nobody chose. */
    private static List<Path> folders(List<String> told) {
        Set<Path> folders = new LinkedHashSet<>();
        for (String path : told.subList(1, told.size())) {
            if (path.startsWith("/") && Files.isDirectory(Path.of(path))) {
                folders.addAll(PythonFolders.libraries(Path.of(path)));
            }
        }
        Path prefix = Path.of(told.get(0));
        if (Files.isDirectory(prefix.resolve("conda-meta"))) {
            folders.add(prefix.resolve("lib"));
        }
        return List.copyOf(folders);
    }
}
