package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs the launcher in a project of its own, with stand-ins for Maven and Java. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest extends LauncherProject {
    private static final String TELLING_JAVA =
            """
            #!/bin/sh
            case "$*" in
                *showSettings*) echo '    java.version = 17.0.1' >&2 ;;
                *ArchiveClasses*) ;;
                *) printf '[%s %s %s %s]' "$OMP_WAIT_POLICY" "${GOMP_SPINCOUNT-}" "$GLIBC_TUNABLES" "$CUBLAS_WORKSPACE_CONFIG" ;;
            esac
            """;

    @Test
    void buildsOnceThenStartsAndPassesEverythingOn() throws Exception {
        Outcome first = launch(project.resolve("steadygrad"), "train", "a file.yaml", "--set", "x=*");
        assertTrue(first.text().contains("building (first use)"), first.text());
        assertTrue(first.text().contains("<train>java <a file.yaml>java <--set>java <x=*>"), first.text());
        assertEquals(7, first.code());
        Outcome second = launch(project.resolve("steadygrad"));
        assertFalse(second.text().contains("building"), second.text());
        assertEquals(1, builds());
    }

    @Test
    void saysHowWideTheTerminalIs() throws Exception {
        assumeTrue(
                Stream.of("/usr/bin/script", "/bin/stty").allMatch(name -> Files.exists(Path.of(name))),
                "util-linux's script and stty aren't here");
        Outcome redirected = launch(project.resolve("steadygrad"), "train");
        assertTrue(redirected.text().endsWith("0 columns"), redirected.text());
        String narrow = "stty cols 57; exec /bin/sh '"
                + project.resolve("steadygrad").toString().replace("'", "'\\''") + "'";
        Outcome drawn = run(List.of("/usr/bin/script", "-qec", narrow, "/dev/null"));
        assertTrue(drawn.text().endsWith("57 columns"), drawn.text());
        Outcome halfway = run(List.of("/usr/bin/script", "-qec", narrow + " 2>errors", "/dev/null"));
        assertTrue(halfway.text().endsWith("0 columns"), halfway.text());
    }

    @Test
    void buildsAgainWhenASourceIsNewerOrGone() throws Exception {
        launch(project.resolve("steadygrad"));
        FileTime later = FileTime.from(Instant.now().plusSeconds(60));
        Files.setLastModifiedTime(project.resolve("src/main/java/Main.java"), later);
        Outcome newer = launch(project.resolve("steadygrad"));
        assertTrue(newer.text().contains("src/main/java/Main.java is newer"), newer.text());
        Files.setLastModifiedTime(project.resolve("src/main/java/Main.java"), FileTime.from(Instant.EPOCH));
        Files.setLastModifiedTime(project.resolve("src/main/java"), later);
        assertTrue(launch(project.resolve("steadygrad")).text().contains("src/main/java is newer"));
        assertEquals(3, builds());
    }

    @Test
    void profilesAreBuiltWithAndKept() throws Exception {
        profiles = "cuda12-bundled";
        launch(project.resolve("steadygrad"));
        profiles = null;
        assertFalse(launch(project.resolve("steadygrad")).text().contains("building"));
        Files.setLastModifiedTime(
                project.resolve("src/main/java/Main.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        launch(project.resolve("steadygrad"));
        Files.setLastModifiedTime(project.resolve("src/main/java/Main.java"), FileTime.from(Instant.EPOCH));
        profiles = "";
        Outcome without = launch(project.resolve("steadygrad"));
        assertTrue(without.text().contains("it was built with cuda12-bundled profiles"), without.text());
        List<String> runs = Files.readAllLines(project.resolve("maven.runs"));
        assertEquals(
                List.of(true, true, false),
                runs.stream().map(run -> run.contains("-Pcuda12-bundled")).toList());
        assertEquals(7, without.code());
    }

    @Test
    void showsTheErrorOfAFailedBuildAndDoesNotStart() throws Exception {
        Files.writeString(project.resolve("broken"), "");
        Outcome outcome = launch(project.resolve("steadygrad"), "doctor");
        assertEquals(3, outcome.code());
        assertTrue(outcome.text().contains("Main.java:[3,7] ; expected"), outcome.text());
        assertFalse(outcome.text().contains("java <"), outcome.text());
        Files.delete(project.resolve("broken"));
        assertEquals(
                7, launch(project.resolve("steadygrad")).code(), "nothing is left behind that hinders the next one");
    }

    @Test
    void worksThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(tools.resolve("sg"), project.resolve("steadygrad"));
        assertEquals(
                7,
                launch(Files.createSymbolicLink(tools.resolve("sg2"), link.getFileName()))
                        .code());
        assertEquals(1, builds());
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        driver();
        userSettings.put("VIRTUAL_ENV", cuda("env", 12).toString());
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
        assertEquals(7, launch(project.resolve("steadygrad")).code());
    }

    @Test
    void saysWhatIsWrongWithJava() throws Exception {
        program("java", JAVA.replace("VERSION", "11.0.2"));
        Outcome old = launch(project.resolve("steadygrad"));
        assertEquals(1, old.code());
        assertTrue(old.text().contains("version 11.0.2, and version 17 or newer is needed"), old.text());
        Files.delete(tools.resolve("java"));
        Outcome none = launch(project.resolve("steadygrad"));
        assertEquals(1, none.code());
        assertTrue(none.text().contains("no Java found"), none.text());
        assertEquals(0, builds());
    }

    @Test
    void librariesAreToldHowToWaitUnlessTheUserSaysOtherwise() throws Exception {
        program("java", TELLING_JAVA);
        Outcome usual = launch(project.resolve("steadygrad"));
        assertTrue(usual.text().endsWith("[ACTIVE 1000 glibc.malloc.hugetlb=1 :4096:2]"), usual.text());
        userSettings.put("GOMP_SPINCOUNT", "77");
        assertEquals(
                "[ACTIVE 77 glibc.malloc.hugetlb=1 :4096:2]",
                launch(project.resolve("steadygrad")).text());
        userSettings.clear();
        userSettings.put("OMP_WAIT_POLICY", "PASSIVE");
        userSettings.put("GLIBC_TUNABLES", "glibc.malloc.check=1");
        userSettings.put("CUBLAS_WORKSPACE_CONFIG", ":16:8");
        assertEquals(
                "[PASSIVE  glibc.malloc.check=1 :16:8]",
                launch(project.resolve("steadygrad")).text());
    }
}
