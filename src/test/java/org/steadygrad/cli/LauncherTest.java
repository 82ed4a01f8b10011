package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher in a project of its own, with stand-ins for Maven and Java. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final String MAVEN =
            """
            #!/bin/sh
            echo "$*" >>maven.runs
            sleep 0.2
            if [ -f broken ]; then echo '[ERROR] Main.java:[3,7] ; expected'; exit 3; fi
            echo '-cp x' >target/java.args
            printf '%s' "$PWD/pom.xml" >target/classpath.txt
            """;
    private static final String JAVA =
            """
            #!/bin/sh
            case "$*" in
                *showSettings*) echo '    java.version = VERSION' >&2 ;;
                *ArchiveClasses*) ;;
                *) printf 'java <%s>' "$@"; printf '%s columns' "$STEADYGRAD_TERMINAL"; exit 7 ;;
            esac
            """;

    @TempDir
    private Path temporary;

    private static final String TELLING_JAVA =
            """
            #!/bin/sh
            case "$*" in
                *showSettings*) echo '    java.version = 17.0.1' >&2 ;;
                *ArchiveClasses*) ;;
                *) printf '[%s %s %s %s]' "$OMP_WAIT_POLICY" "${GOMP_SPINCOUNT-}" "$GLIBC_TUNABLES" "$CUBLAS_WORKSPACE_CONFIG" ;;
            esac
            """;

    /** What STEADYGRAD_PROFILES is set to; null for not at all. */
    private String profiles;

    /** What else the user has set. */
    private final Map<String, String> userSettings = new HashMap<>();

    private Path project;
    private Path tools;

    @BeforeEach
    void layOut() throws IOException {
        project = Files.createDirectories(temporary.resolve("a project's folder"));
        tools = Files.createDirectories(temporary.resolve("tools"));
        Files.copy(Path.of("steadygrad"), project.resolve("steadygrad"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.createDirectories(project.resolve("src/main/java"));
        Files.createDirectories(project.resolve("native-config"));
        Files.writeString(project.resolve("src/main/java/Main.java"), "class Main {}");
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        program("mvn", MAVEN);
        program("java", JAVA.replace("VERSION", "17.0.1"));
    }

    @Test
    void buildsOnceThenStartsAndPassesEverythingOn() throws Exception {
        Outcome first = launch(project.resolve("steadygrad"), "train", "a file.yaml", "--set", "x=*");
        assertTrue(first.text.contains("building (first use)"), first.text);
        assertTrue(first.text.contains("<train>java <a file.yaml>java <--set>java <x=*>"), first.text);
        assertEquals(7, first.code);
        Outcome second = launch(project.resolve("steadygrad"));
        assertFalse(second.text.contains("building"), second.text);
        assertEquals(1, builds());
    }

    @Test
    void saysHowWideTheTerminalIs() throws Exception {
        assumeTrue(
                Stream.of("/usr/bin/script", "/bin/stty").allMatch(name -> Files.exists(Path.of(name))),
                "util-linux's script and stty aren't here");
        Outcome redirected = launch(project.resolve("steadygrad"), "train");
        assertTrue(redirected.text.endsWith("0 columns"), redirected.text);
        String narrow = "stty cols 57; exec /bin/sh '"
                + project.resolve("steadygrad").toString().replace("'", "'\\''") + "'";
        Outcome drawn = run(List.of("/usr/bin/script", "-qec", narrow, "/dev/null"));
        assertTrue(drawn.text.endsWith("57 columns"), drawn.text);
        Outcome halfway = run(List.of("/usr/bin/script", "-qec", narrow + " 2>errors", "/dev/null"));
        assertTrue(halfway.text.endsWith("0 columns"), halfway.text);
    }

    @Test
    void buildsAgainWhenASourceIsNewerOrGone() throws Exception {
        launch(project.resolve("steadygrad"));
        FileTime later = FileTime.from(Instant.now().plusSeconds(60));
        Files.setLastModifiedTime(project.resolve("src/main/java/Main.java"), later);
        Outcome newer = launch(project.resolve("steadygrad"));
        assertTrue(newer.text.contains("src/main/java/Main.java is newer"), newer.text);
        Files.setLastModifiedTime(project.resolve("src/main/java/Main.java"), FileTime.from(Instant.EPOCH));
        Files.setLastModifiedTime(project.resolve("src/main/java"), later);
        assertTrue(launch(project.resolve("steadygrad")).text.contains("src/main/java is newer"));
        assertEquals(3, builds());
    }

    @Test
    void profilesAreBuiltWithAndKept() throws Exception {
        profiles = "cuda12-bundled";
        launch(project.resolve("steadygrad"));
        profiles = null;
        assertFalse(launch(project.resolve("steadygrad")).text.contains("building"));
        Files.setLastModifiedTime(
                project.resolve("src/main/java/Main.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        launch(project.resolve("steadygrad"));
        Files.setLastModifiedTime(project.resolve("src/main/java/Main.java"), FileTime.from(Instant.EPOCH));
        profiles = "";
        Outcome without = launch(project.resolve("steadygrad"));
        assertTrue(without.text.contains("it was built with cuda12-bundled profiles"), without.text);
        List<String> runs = Files.readAllLines(project.resolve("maven.runs"));
        assertEquals(
                List.of(true, true, false),
                runs.stream().map(run -> run.contains("-Pcuda12-bundled")).toList());
        assertEquals(7, without.code);
    }

    @Test
    void showsTheErrorOfAFailedBuildAndDoesNotStart() throws Exception {
        Files.writeString(project.resolve("broken"), "");
        Outcome outcome = launch(project.resolve("steadygrad"), "doctor");
        assertEquals(3, outcome.code);
        assertTrue(outcome.text.contains("Main.java:[3,7] ; expected"), outcome.text);
        assertFalse(outcome.text.contains("java <"), outcome.text);
        Files.delete(project.resolve("broken"));
        assertEquals(7, launch(project.resolve("steadygrad")).code, "nothing is left behind that hinders the next one");
    }

    @Test
    void worksThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(tools.resolve("sg"), project.resolve("steadygrad"));
        assertEquals(7, launch(Files.createSymbolicLink(tools.resolve("sg2"), link.getFileName())).code);
        assertEquals(1, builds());
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        List<Process> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(start(project.resolve("steadygrad")));
        }
        for (Process process : both) {
            assertEquals(7, process.waitFor());
        }
        assertEquals(1, builds());
    }

    @Test
    void aLockLeftByAKilledBuildIsTakenOver() throws Exception {
        Path lock = Files.createDirectories(project.resolve("target/steadygrad.lock"));
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Files.writeString(lock.resolve("pid"), ended.pid() + "\n");
        assertEquals(7, launch(project.resolve("steadygrad")).code);
    }

    @Test
    void saysWhatIsWrongWithJava() throws Exception {
        program("java", JAVA.replace("VERSION", "11.0.2"));
        Outcome old = launch(project.resolve("steadygrad"));
        assertEquals(1, old.code);
        assertTrue(old.text.contains("version 11.0.2, and version 17 or newer is needed"), old.text);
        Files.delete(tools.resolve("java"));
        Outcome none = launch(project.resolve("steadygrad"));
        assertEquals(1, none.code);
        assertTrue(none.text.contains("no Java found"), none.text);
        assertEquals(0, builds());
    }

    @Test
    void librariesAreToldHowToWaitUnlessTheUserSaysOtherwise() throws Exception {
        program("java", TELLING_JAVA);
        Outcome usual = launch(project.resolve("steadygrad"));
        assertTrue(usual.text.endsWith("[ACTIVE 1000 glibc.malloc.hugetlb=1 :4096:2]"), usual.text);
        userSettings.put("GOMP_SPINCOUNT", "77");
        assertEquals("[ACTIVE 77 glibc.malloc.hugetlb=1 :4096:2]", launch(project.resolve("steadygrad")).text);
        userSettings.clear();
        userSettings.put("OMP_WAIT_POLICY", "PASSIVE");
        userSettings.put("GLIBC_TUNABLES", "glibc.malloc.check=1");
        userSettings.put("CUBLAS_WORKSPACE_CONFIG", ":16:8");
        assertEquals("[PASSIVE  glibc.malloc.check=1 :16:8]", launch(project.resolve("steadygrad")).text);
    }

    private record Outcome(int code, String text) {}

    private Outcome launch(Path script, String... arguments) throws IOException, InterruptedException {
        return end(start(script, arguments));
    }

    private Outcome run(List<String> command) throws IOException, InterruptedException {
        return end(start(command));
    }

    private static Outcome end(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    private Process start(Path script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).directory(temporary.toFile());
        builder.environment().remove("JAVA_HOME");
        builder.environment().remove("STEADYGRAD_PROFILES");
        for (String name : List.of("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "GLIBC_TUNABLES", "CUBLAS_WORKSPACE_CONFIG")) {
            builder.environment().remove(name);
        }
        builder.environment().putAll(userSettings);
        if (profiles != null) {
            builder.environment().put("STEADYGRAD_PROFILES", profiles);
        }
        builder.environment().put("PATH", tools + ":" + systemTools());
        return builder.start();
    }

    /** The small programs that the launcher uses, without the machine's own Java and Maven. */
    private String systemTools() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("system"));
        for (String name : List.of(
                "sh",
                "awk",
                "cat",
                "cp",
                "dirname",
                "find",
                "grep",
                "mkdir",
                "mv",
                "readlink",
                "rm",
                "sed",
                "sleep",
                "stty",
                "tail",
                "tee")) {
            for (String place : List.of("/bin", "/usr/bin")) {
                Path program = Path.of(place, name);
                if (Files.exists(program) && !Files.exists(folder.resolve(name))) {
                    Path caller = Files.writeString(folder.resolve(name), "#!/bin/sh\nexec " + program + " \"$@\"\n");
                    assertTrue(caller.toFile().setExecutable(true));
                }
            }
        }
        return folder.toString();
    }

    private long builds() throws IOException {
        Path runs = project.resolve("maven.runs");
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    private void program(String name, String text) throws IOException {
        Path file = Files.writeString(tools.resolve(name), text);
        assertTrue(file.toFile().setExecutable(true));
    }
}
