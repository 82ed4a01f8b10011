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

    /** A place with the libraries of a CUDA, as packages for Python have them. */
    private Path cuda(String folder, int major) throws IOException {
        Path prefix = temporary.resolve(folder);
        for (String library : List.of("cudart", "nvrtc", "cublas")) {
            Path lib = prefix.resolve("lib/python3.12/site-packages/nvidia/" + library + "/lib");
            Files.createDirectories(lib);
            Files.writeString(lib.resolve("lib" + library + ".so." + major), "");
        }
        return prefix;
    }

    private void driver() throws IOException {
        Path lib = Files.createDirectories(temporary.resolve("driver"));
        Files.writeString(lib.resolve("libcuda.so.1"), "");
        userSettings.put("LD_LIBRARY_PATH", lib.toString());
    }

    private List<Boolean> builtForCuda12() throws IOException {
        return Files.readAllLines(project.resolve("maven.runs")).stream()
                .map(run -> run.contains("-Pcuda12 "))
                .toList();
    }

    @Test
    void bindingsFollowTheLibrariesThatAreHere() throws Exception {
        driver();
        userSettings.put("VIRTUAL_ENV", cuda("old env", 12).toString());
        assertEquals(7, launch(project.resolve("steadygrad")).code);
        assertFalse(launch(project.resolve("steadygrad")).text.contains("building"), "what fits is kept");
        userSettings.remove("VIRTUAL_ENV");
        if (!Files.exists(Path.of("/usr/local/cuda"))) {
            assertFalse(
                    launch(project.resolve("steadygrad")).text.contains("building"), "no libraries ask for nothing");
        }
        userSettings.put("STEADYGRAD_CUDA", cuda("new", 13) + "/bin/python3");
        Outcome switched = launch(project.resolve("steadygrad"));
        assertTrue(switched.text.contains("building (the bindings of CUDA 13 fit the libraries"), switched.text);
        userSettings.put("STEADYGRAD_CUDA", temporary.resolve("old env").toString());
        userSettings.put("VIRTUAL_ENV", temporary.resolve("new").toString());
        Outcome back = launch(project.resolve("steadygrad"));
        assertTrue(back.text.contains("building (the bindings of CUDA 12 fit the libraries"), back.text);
        assertEquals(List.of(true, false, true), builtForCuda12());
    }

    @Test
    void bindingsAreNotChosenWithoutADriverOrAgainstTheUser() throws Exception {
        Path old = cuda("old", 12);
        userSettings.put("VIRTUAL_ENV", old.toString());
        assumeTrue(!Files.exists(Path.of("/proc/driver/nvidia/version")), "this machine has a driver");
        launch(project.resolve("steadygrad"));
        driver();
        profiles = "nd4j-cuda";
        launch(project.resolve("steadygrad"));
        profiles = "cuda12-bundled";
        launch(project.resolve("steadygrad"));
        profiles = null;
        assertFalse(launch(project.resolve("steadygrad")).text.contains("building"));
        assertEquals(List.of(false, false, false), builtForCuda12());
        profiles = "slow";
        launch(project.resolve("steadygrad"));
        String last = Files.readAllLines(project.resolve("maven.runs")).get(3);
        assertTrue(last.contains("-Pslow,cuda12 "), last);
    }

    @Test
    void whatEachKindOfPlaceHoldsIsSeen() throws Exception {
        driver();
        launch(project.resolve("steadygrad"));
        Path toolkit = Files.createDirectories(temporary.resolve("toolkit/targets/x86_64-linux/lib"));
        Path flat = Files.createDirectories(temporary.resolve("flat"));
        for (Path folder : List.of(toolkit, flat)) {
            for (String library : List.of("cudart", "nvrtc", "cublas")) {
                Files.writeString(folder.resolve("lib" + library + ".so.12"), "");
            }
        }
        Path env = cuda("env", 12);
        Path bin = Files.createDirectories(env.resolve("bin"));
        Path python = Files.writeString(bin.resolve("python3"), "");
        assertTrue(python.toFile().setExecutable(true));
        Path part = Files.createDirectories(temporary.resolve("part"));
        Files.writeString(part.resolve("libcudart.so.13"), "");
        Map<String, String> driver = Map.copyOf(userSettings);
        List<Map.Entry<String, String>> ways = List.of(
                Map.entry(
                        "STEADYGRAD_CUDA",
                        toolkit.getParent().getParent().getParent().toString()),
                Map.entry("STEADYGRAD_CUDA", flat.toString()),
                Map.entry("STEADYGRAD_CUDA", python.toString()),
                Map.entry("STEADYGRAD_CUDA", bin.toString()),
                Map.entry(
                        "STEADYGRAD_CUDA",
                        env.resolve("lib/python3.12/site-packages").toString()),
                Map.entry("STEADYGRAD_CUDA", part + ":" + flat),
                Map.entry("STEADYGRAD_JAVA_OPTS", "-Dx=y -Dsteadygrad.cuda.path=" + flat),
                Map.entry("CONDA_PREFIX", env.toString()),
                Map.entry("LD_LIBRARY_PATH", driver.get("LD_LIBRARY_PATH") + ":" + flat),
                Map.entry(
                        "CUDA_HOME", toolkit.getParent().getParent().getParent().toString()));
        for (Map.Entry<String, String> way : ways) {
            Files.writeString(project.resolve("target/steadygrad.cuda"), "\n");
            Files.writeString(project.resolve("maven.runs"), "");
            userSettings.clear();
            userSettings.putAll(driver);
            userSettings.put(way.getKey(), way.getValue());
            Outcome outcome = launch(project.resolve("steadygrad"));
            assertEquals(List.of(true), builtForCuda12(), () -> way + ": " + outcome.text);
        }
    }

    @Test
    void bindingsThatCannotBeHadKeepNothingFromStarting() throws Exception {
        driver();
        launch(project.resolve("steadygrad"));
        userSettings.put("VIRTUAL_ENV", cuda("env", 12).toString());
        Files.writeString(project.resolve("broken"), "");
        Outcome offline = launch(project.resolve("steadygrad"), "doctor");
        assertEquals(7, offline.code, offline.text);
        assertTrue(offline.text.contains("the bindings of CUDA 12 can't be had now"), offline.text);
        assertTrue(offline.text.contains("STEADYGRAD_PROFILES=cuda12 tries again"), offline.text);
        assertTrue(offline.text.contains("java <doctor>"), offline.text);
        assertFalse(launch(project.resolve("steadygrad")).text.contains("building"), "not at every start");
        assertEquals(2, builds());
        Files.delete(project.resolve("broken"));
        profiles = "cuda12";
        assertEquals(7, launch(project.resolve("steadygrad")).code);
        assertEquals(List.of(false, true, true), builtForCuda12());
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
        for (String name : List.of(
                "STEADYGRAD_CUDA",
                "STEADYGRAD_JAVA_OPTS",
                "VIRTUAL_ENV",
                "CONDA_PREFIX",
                "LD_LIBRARY_PATH",
                "CUDA_HOME",
                "CUDA_PATH")) {
            builder.environment().remove(name);
        }
        builder.environment().put("HOME", temporary.toString());
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
