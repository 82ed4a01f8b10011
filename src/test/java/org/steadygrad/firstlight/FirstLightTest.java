package org.steadygrad.firstlight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.firstlight.Promise.Verdict;

/** The order of parts, their limits, what stays of those that go wrong, and going on later; with parts that are shell commands. */
class FirstLightTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final List<String> started = new ArrayList<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void shell() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the parts are shell commands");
    }

    /** Its facts are the lines that its command printed. */
    private class Shell implements Part {
        private final String name;
        private final String command;
        private final Duration share;

        Shell(String name, String command, Duration share) {
            this.name = name;
            this.command = command;
            this.share = share;
        }

        Shell(String name, String command) {
            this(name, command, Duration.ofSeconds(10));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String title() {
            return "part " + name;
        }

        @Override
        public Duration share() {
            return share;
        }

        @Override
        public void work(Workplace workplace) throws IOException, InterruptedException {
            started.add(name);
            int code = workplace.execute("log", List.of("/bin/sh", "-c", command));
            if (code == 3) {
                workplace.impossible(workplace.lastWords("log"));
            } else if (code != 0) {
                workplace.faulty("ended with " + code + ": " + workplace.lastWords("log"));
            }
        }

        @Override
        public void read(Workplace workplace) throws IOException {
            workplace.fact("lines", Workplace.lines(workplace.output("log")));
        }
    }

    private boolean run(Duration budget, String subject, Set<String> names, Part... parts) throws IOException {
        List<Promise> promises = new ArrayList<>();
        for (Part part : parts) {
            promises.add(new Promise("promise of " + part.name(), "a document", earlier -> {
                List<String> lines = PartResult.texts(earlier.facts(part.name()), "lines");
                return lines.isEmpty()
                        ? Verdict.notReached("")
                        : lines.contains("right") ? Verdict.seen("right") : Verdict.wrong(lines.get(0));
            }));
        }
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new FirstLight(List.of(parts), promises, folder, Map.of("FIRST_LIGHT_TEST", "here"), subject, out)
                .run(budget, names);
    }

    private boolean run(Part... parts) throws IOException {
        return run(LONG, "one", Set.of(), parts);
    }

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("first-light.json").toFile());
    }

    private List<String> states() throws IOException {
        List<String> states = new ArrayList<>();
        report().path("parts").forEach(part -> states.add(part.path("state").asText()));
        return states;
    }

    private List<String> verdicts() throws IOException {
        List<String> verdicts = new ArrayList<>();
        report().path("promises")
                .forEach(promise -> verdicts.add(promise.path("verdict").asText()));
        return verdicts;
    }

    private String sentence(int part) throws IOException {
        return report().path("parts").path(part).path("sentence").asText();
    }

    @Test
    void partsRunInOrderAndWhatTheyFindIsReported() throws IOException {
        assertTrue(run(new Shell("a", "echo right; echo $FIRST_LIGHT_TEST $OUT"), new Shell("b", "echo right")));
        assertEquals(List.of("a", "b"), started);
        assertEquals(List.of("DONE", "DONE"), states());
        assertEquals(List.of("seen", "seen"), verdicts());
        assertEquals(
                "here " + folder.resolve("a"),
                report().at("/parts/0/facts/lines/1").asText());
        String page = Files.readString(folder.resolve("first-light.md"));
        assertTrue(page.contains("| promise of a | a document | **seen** | right |"), page);
        assertTrue(page.contains("| part b | done |"), page);
    }

    @Test
    void whateverGoesWrongOthersGoOn() throws IOException {
        Part breaks = new Shell("breaks", "") {
            @Override
            public void work(Workplace workplace) {
                throw new IllegalStateException("no such luck");
            }
        };
        Part absent = new Shell("absent", "") {
            @Override
            public void work(Workplace workplace) throws IOException, InterruptedException {
                workplace.execute("log", List.of("/no/such/program"));
            }
        };
        assertFalse(run(
                new Shell("faulty", "echo wrong; echo because >&2; exit 4"),
                breaks,
                absent,
                new Shell("crash", "echo right; kill -SEGV $$"),
                new Shell("impossible", "echo nothing here >&2; exit 3"),
                new Shell("last", "echo right")));
        assertEquals(List.of("FAULTY", "BROKEN", "BROKEN", "FAULTY", "IMPOSSIBLE", "DONE"), states());
        assertEquals(List.of("wrong", "not reached", "not reached", "seen", "not reached", "seen"), verdicts());
        assertEquals("ended with 4: because", sentence(0));
        assertEquals("no such luck", sentence(1));
        assertTrue(sentence(2).contains("/no/such/program"), sentence(2));
        assertEquals("ended with 139: right", sentence(3));
        assertEquals("nothing here", sentence(4));
    }

    @Test
    void aPartThatHangsIsEndedWithAllThatItStarted() throws Exception {
        Path alive = folder.resolve("alive");
        String hang = "echo right; (while :; do date +%s%N >" + alive + "; sleep 0.05; done) & sleep 600";
        Part hanging = new Shell("hangs", hang, Duration.ofSeconds(1));
        Part after = new Shell("after", "echo right", Duration.ofSeconds(1));
        assertFalse(run(Duration.ofSeconds(8), "one", Set.of(), hanging, after));
        assertEquals(List.of("CUT", "DONE"), states());
        assertEquals(List.of("seen", "seen"), verdicts(), "what it found until then stays");
        Thread.sleep(200);
        String then = Files.readString(alive);
        Thread.sleep(300);
        assertEquals(then, Files.readString(alive), "nothing of it lives on");
    }

    @Test
    void timeIsSharedAndWhatIsLeftGoesToThoseAfter() throws IOException {
        run(
                Duration.ofSeconds(100),
                "one",
                Set.of(),
                new Shell("a", "true", Duration.ofSeconds(30)),
                new Shell("b", "true", Duration.ofSeconds(10)));
        double first = report().at("/parts/0/limitSeconds").asDouble();
        double second = report().at("/parts/1/limitSeconds").asDouble();
        assertEquals(75, first, 2, "30 of 40 parts of 100 s");
        assertTrue(second > 60, "what the first didn't take goes to the second, which got " + second);
    }

    @Test
    void withoutTimeNothingStarts() throws IOException {
        assertFalse(run(Duration.ZERO, "one", Set.of(), new Shell("a", "echo right"), new Shell("b", "echo right")));
        assertEquals(List.of(), started);
        assertEquals(List.of("NOT_REACHED", "NOT_REACHED"), states());
        assertEquals(List.of("not reached", "not reached"), verdicts());
    }

    @Test
    void theNextRunGoesOnWithWhatIsNotSettled() throws IOException {
        Path here = folder.resolve("here");
        Part[] parts = {
            new Shell("done", "echo right"),
            new Shell("faulty", "echo wrong; exit 1"),
            new Shell("impossible", "test -e " + here + " || exit 3; echo right"),
            new Shell("hangs", "test -e " + here + " || sleep 600; echo right", Duration.ofMillis(500))
        };
        run(Duration.ofSeconds(5), "one", Set.of(), parts);
        assertEquals(List.of("DONE", "FAULTY", "IMPOSSIBLE", "CUT"), states());
        Files.createFile(here);
        started.clear();
        run(parts);
        assertEquals(List.of("impossible", "hangs"), started);
        assertEquals(List.of("DONE", "FAULTY", "DONE", "DONE"), states());
        assertEquals(List.of("seen", "wrong", "seen", "seen"), verdicts(), "facts of the first run count");
    }

    @Test
    void anEarlierRunsFactsStayWhereNoTimeIsLeft() throws IOException {
        Part hanging = new Shell("hangs", "echo right; sleep 600", Duration.ofSeconds(1));
        run(Duration.ofSeconds(2), "one", Set.of(), hanging);
        run(Duration.ZERO, "one", Set.of(), hanging);
        assertEquals(List.of("CUT"), states());
        assertEquals(List.of("seen"), verdicts());
    }

    @Test
    void anInterruptedPartRunsAgain() throws IOException {
        Part part = new Shell("a", "echo right");
        run(part);
        Path file = folder.resolve("a.json");
        Files.writeString(file, Files.readString(file).replace("\"DONE\"", "\"STARTED\""));
        run(part);
        assertEquals(List.of("a", "a"), started);
        Files.writeString(file, "{ half of");
        run(part);
        assertEquals(List.of("a", "a", "a"), started, "a file that can't be read is none");
    }

    @Test
    void resultsOfAnotherVersionAreNotTakenOver() throws IOException {
        Part part = new Shell("a", "echo right");
        run(LONG, "one", Set.of(), part);
        run(LONG, "two", Set.of(), part);
        assertEquals(List.of("a", "a"), started);
        assertEquals("two", report().path("subject").asText());
    }

    @Test
    void namedPartsRunAloneAndOnceMore() throws IOException {
        Part a = new Shell("a", "echo right");
        Part b = new Shell("b", "echo right");
        run(LONG, "one", Set.of("b"), a, b);
        run(LONG, "one", Set.of("b"), a, b);
        assertEquals(List.of("b", "b"), started);
        assertEquals(List.of("NOT_REACHED", "DONE"), states());
    }

    @Test
    void laterPartsSeeWhatEarlierOnesFound() throws IOException {
        Part reads = new Shell("reads", "") {
            @Override
            public void work(Workplace workplace) {
                workplace.fact("seen", workplace.earlier().facts("a").get("lines"));
            }

            @Override
            public void read(Workplace workplace) {
                // nothing was written
            }
        };
        run(new Shell("a", "echo right"), reads);
        assertEquals("right", report().at("/parts/1/facts/seen/0").asText());
    }
}
