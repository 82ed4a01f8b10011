package org.steadygrad.firstlight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.steadygrad.firstlight.PartResult.State;

/** Where a part works: its folder, its time, the programs that it starts, and what it has found so far. */
final class Workplace {
    private static final long PATIENCE_MILLIS = 500;
    private static final int LONGEST_SENTENCE = 600;

    private final Path folder;
    private final long endNanos;
    private final Map<String, String> environment;
    private final Part.Earlier earlier;
    private final Map<String, Object> facts = new LinkedHashMap<>();
    private State state = State.DONE;
    private String sentence = "";
    private volatile Process running;

    /**
     * @param endNanos when the time is up, as of {@link System#nanoTime()}
     * @param environment of the programs, beside our own
     */
    Workplace(Path folder, long endNanos, Map<String, String> environment, Part.Earlier earlier) {
        this.folder = folder;
        this.endNanos = endNanos;
        this.environment = Map.copyOf(environment);
        this.earlier = earlier;
    }

    /** The time is up. */
    static final class LimitException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    Path folder() {
        return folder;
    }

    Part.Earlier earlier() {
        return earlier;
    }

    /**
     * Runs a program to its end; what it prints goes to NAME.txt and NAME.errors.txt in the part's folder.
     *
     * @return its exit code
     * @throws LimitException when the time is up; the program and all that it started have been ended then
     */
    int execute(String name, List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(output(name).toFile())
                .redirectError(errors(name).toFile());
        builder.environment().putAll(environment);
        builder.environment().put("OUT", folder.toString());
        Process process = builder.start();
        running = process;
        try {
            process.getOutputStream().close();
            if (!process.waitFor(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new LimitException();
            }
            return process.exitValue();
        } finally {
            end();
        }
    }

    Path output(String name) {
        return folder.resolve(name + ".txt");
    }

    Path errors(String name) {
        return folder.resolve(name + ".errors.txt");
    }

    /** The lines of a file, whatever its bytes; none when it isn't there. */
    static List<String> lines(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    /** The last thing that a program said on its standard error, else on its output; "" when it said nothing. */
    String lastWords(String name) throws IOException {
        for (Path file : List.of(errors(name), output(name))) {
            List<String> said =
                    lines(file).stream().filter(line -> !line.isBlank()).toList();
            if (!said.isEmpty()) {
                return shortened(said.get(said.size() - 1).strip());
            }
        }
        return "";
    }

    /** Ends what runs, with all that it started. May be called by any thread. */
    void end() {
        Process process = running;
        if (process == null) {
            return;
        }
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        long patience = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        running = null;
        // One that hangs in the driver can't be ended by anybody: whoever comes next meets it, and says so.
        while (all.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < patience) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    void fact(String name, Object value) {
        facts.put(name, value);
    }

    /** Something is wrong; the first such sentence is the part's. */
    void faulty(String why) {
        set(State.FAULTY, why);
    }

    /** What the part needs isn't here. */
    void impossible(String why) {
        set(State.IMPOSSIBLE, why);
    }

    private void set(State worse, String why) {
        if (state == State.DONE) {
            state = worse;
            sentence = shortened(why);
        }
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_SENTENCE ? text : text.substring(0, LONGEST_SENTENCE) + " ...";
    }

    State state() {
        return state;
    }

    String sentence() {
        return sentence;
    }

    Map<String, Object> facts() {
        return facts;
    }
}
