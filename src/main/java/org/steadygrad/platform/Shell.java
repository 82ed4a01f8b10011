package org.steadygrad.platform;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks small programs: the system's own, and those that the user names. */
public final class Shell {
    private static final int SECONDS = 5;

    private Shell() {}

    /**
     * How a program ended.
     *
     * @param ended whether it did so in time
     * @param code its exit code; -1 when it was stopped
     * @param lines what it printed
     * @param errors what it printed to standard error
     */
    public record Outcome(boolean ended, int code, List<String> lines, List<String> errors) {}

    /**
     * Runs a program with nothing to read, and stops it, with all that it started, when it takes too long.
     *
     * @throws IOException when it can't be started; the message says why
     */
    public static Outcome run(int seconds, List<String> command) throws IOException {
        Path output = Files.createTempFile("steadygrad", ".txt");
        Path errors = null;
        try {
            errors = Files.createTempFile("steadygrad", ".txt");
            // files, not pipes: a program that was left running keeps a pipe open for ever
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .redirectInput(new File(nullDevice()))
                    .start();
            boolean ended = await(process, seconds);
            int code = ended ? process.exitValue() : -1;
            return new Outcome(ended, code, lines(output), lines(errors));
        } finally {
            remove(output);
            remove(errors);
        }
    }

    private static boolean await(Process process, int seconds) {
        boolean ended = false;
        try {
            ended = process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return ended;
    }

    /** @return what the program printed; empty when it is missing, fails, or takes over five seconds */
    static Optional<List<String>> lines(String... command) {
        try {
            Outcome outcome = run(SECONDS, List.of(command));
            return outcome.code == 0 ? Optional.of(outcome.lines) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Names of files are whatever bytes they are. */
    private static List<String> lines(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private static void remove(Path file) {
        if (file != null && !file.toFile().delete()) {
            file.toFile().deleteOnExit();
        }
    }

    private static String nullDevice() {
        return File.separatorChar == '\\' ? "NUL" : "/dev/null";
    }
}
