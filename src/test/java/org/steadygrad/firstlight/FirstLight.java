package org.steadygrad.firstlight;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.steadygrad.firstlight.PartResult.State;

/**
 * Runs parts in their order within a budget of time. A part that fails, breaks, hangs or is ended takes nothing from the others:
 * each has a folder, its result is written when it ends, and the report after each part. Time that a part doesn't need goes to
 * those after it. A run into a folder that holds results goes on where that one ended.
 */
final class FirstLight {
    private static final double NANOS = 1e9;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Part> parts;
    private final List<Promise> promises;
    private final Path folder;
    private final Map<String, String> environment;
    private final String subject;
    private final PrintStream out;
    private final Map<String, PartResult> results = new LinkedHashMap<>();
    private volatile Workplace current;

    /**
     * @param folder for everything that is found
     * @param environment of the parts' programs, beside our own
     * @param subject what is tried, its version for example; results of another one aren't taken over
     */
    FirstLight(
            List<Part> parts,
            List<Promise> promises,
            Path folder,
            Map<String, String> environment,
            String subject,
            PrintStream out) {
        this.parts = List.copyOf(parts);
        this.promises = List.copyOf(promises);
        this.folder = folder.toAbsolutePath();
        this.environment = environment;
        this.subject = subject;
        this.out = out;
    }

    /**
     * Runs the parts that aren't settled yet.
     *
     * @param names of parts; only these run, also when they are settled. All when empty
     * @return whether every part was done, and found no fault
     */
    boolean run(Duration budget, Set<String> names) throws IOException {
        long end = System.nanoTime() + budget.toNanos();
        Files.createDirectories(folder);
        List<Part> todo = new ArrayList<>();
        for (Part part : parts) {
            PartResult known = known(part);
            results.put(part.name(), known);
            if (names.isEmpty() ? !known.state().settled() : names.contains(part.name())) {
                todo.add(part);
            } else {
                say(part, known.state().words() + (names.isEmpty() ? " before" : ", not asked for"));
            }
        }
        Thread ending = new Thread(this::endCurrent);
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            report();
            for (int i = 0; i < todo.size(); i++) {
                run(todo.get(i), limit(todo.subList(i, todo.size()), end));
                report();
            }
        } finally {
            Runtime.getRuntime().removeShutdownHook(ending);
        }
        return results.values().stream().allMatch(result -> result.state() == State.DONE);
    }

    /** Whoever ends this program ends what it has started. */
    private void endCurrent() {
        Workplace workplace = current;
        if (workplace != null) {
            workplace.end();
        }
    }

    /** @param left the part and all after it */
    private static double limit(List<Part> left, long end) {
        double remaining = Math.max(0, (end - System.nanoTime()) / NANOS);
        double shares =
                left.stream().mapToDouble(part -> part.share().toMillis()).sum();
        return shares == 0 ? 0 : remaining * left.get(0).share().toMillis() / shares;
    }

    private void run(Part part, double limit) throws IOException {
        // less isn't enough to start anything
        if (limit < Math.min(1, part.share().toMillis() / 1000.0)) {
            // what an earlier run found of it stays
            if (results.get(part.name()).state() == State.NOT_REACHED) {
                keep(PartResult.of(part, State.NOT_REACHED, "No time was left."));
            }
            say(part, "not reached");
            return;
        }
        Path place = folder.resolve(part.name());
        delete(place);
        Files.createDirectories(place);
        keep(new PartResult(part.name(), part.title(), State.STARTED, "It had begun.", 0, limit, Map.of()));
        out.printf(Locale.ROOT, "%s: %s, at most %.0f s%n", part.name(), part.title(), limit);
        long start = System.nanoTime();
        Workplace workplace = new Workplace(place, start + (long) (limit * NANOS), environment, this::facts);
        current = workplace;
        State state = null;
        String sentence = "";
        try {
            part.work(workplace);
        } catch (Workplace.LimitException e) {
            state = State.CUT;
            sentence = String.format(Locale.ROOT, "Its %.0f s were over.", limit);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        } catch (IOException | RuntimeException e) {
            state = State.BROKEN;
            sentence = String.valueOf(e.getMessage());
        } finally {
            current = null;
        }
        double seconds = (System.nanoTime() - start) / NANOS;
        try {
            part.read(workplace);
        } catch (IOException | RuntimeException e) {
            workplace.faulty("What it left behind can't be read: " + e.getMessage());
        }
        // a fault that was found before the end counts more than the end
        boolean faulty = workplace.state() == State.FAULTY;
        if (state == null) {
            state = workplace.state();
        }
        sentence = faulty || sentence.isEmpty() ? join(workplace.sentence(), sentence) : sentence;
        keep(new PartResult(part.name(), part.title(), state, sentence, seconds, limit, workplace.facts()));
        say(
                part,
                String.format(Locale.ROOT, "%s, %.1f s. %s", state.words(), seconds, sentence)
                        .strip());
    }

    private static String join(String one, String other) {
        return (one + " " + other).strip();
    }

    private Map<String, Object> facts(String name) {
        PartResult result = results.get(name);
        return result == null ? Map.of() : result.facts();
    }

    private void say(Part part, String words) {
        out.println(part.name() + ": " + words);
        out.flush();
    }

    private Path file(String part) {
        return folder.resolve(part + ".json");
    }

    private void keep(PartResult result) throws IOException {
        results.put(result.name(), result);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("subject", subject);
        all.put("result", result);
        write(file(result.name()), JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all));
    }

    /** What an earlier run into this folder found; not reached when there is none, or when it tried something else. */
    private PartResult known(Part part) {
        PartResult none = PartResult.of(part, State.NOT_REACHED, "");
        try {
            var tree = JSON.readTree(file(part.name()).toFile());
            return tree.path("subject").asText().equals(subject)
                    ? JSON.treeToValue(tree.path("result"), PartResult.class)
                    : none;
        } catch (IOException e) {
            return none;
        }
    }

    private void report() throws IOException {
        Report report = Report.of(subject, List.copyOf(results.values()), promises);
        write(
                folder.resolve("first-light.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report));
        write(folder.resolve("first-light.md"), report.markdown());
    }

    /** Whoever reads, reads a whole file. */
    private static void write(Path file, String text) throws IOException {
        Path whole = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(whole, text);
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
