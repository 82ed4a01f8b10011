package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A project of its own for the launcher, with stand-ins for Maven and Java. */
abstract class LauncherProject {
    private static final String MAVEN =
            """
            #!/bin/sh
            echo "$*" >>maven.runs
            sleep 0.2
            if [ -f broken ]; then echo '[ERROR] Main.java:[3,7] ; expected'; exit 3; fi
            echo '-cp x' >target/java.args
            printf '%s' "$PWD/pom.xml" >target/classpath.txt
            """;
    static final String JAVA =
            """
            #!/bin/sh
            case "$*" in
                *showSettings*) echo '    java.version = VERSION' >&2 ;;
                *ArchiveClasses*) ;;
                *) printf 'java <%s>' "$@"; printf '%s columns' "$STEADYGRAD_TERMINAL"; exit 7 ;;
            esac
            """;

    @TempDir
    Path temporary;

    /** What STEADYGRAD_PROFILES is set to; null for not at all. */
    String profiles;

    /** What else the user has set. */
    final Map<String, String> userSettings = new HashMap<>();

    Path project;
    Path tools;

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

    /** A place with the libraries of a CUDA, as packages for Python have them. */
    Path cuda(String folder, int major) throws IOException {
        Path prefix = temporary.resolve(folder);
        for (String library : List.of("cudart", "nvrtc", "cublas")) {
            Path lib = prefix.resolve("lib/python3.12/site-packages/nvidia/" + library + "/lib");
            Files.createDirectories(lib);
            Files.writeString(lib.resolve("lib" + library + ".so." + major), "");
        }
        return prefix;
    }

    void driver() throws IOException {
        Path lib = Files.createDirectories(temporary.resolve("driver"));
        Files.writeString(lib.resolve("libcuda.so.1"), "");
        userSettings.put("LD_LIBRARY_PATH", lib.toString());
    }

    record Outcome(int code, String text) {}

    Outcome launch(Path script, String... arguments) throws IOException, InterruptedException {
        return end(start(script, arguments));
    }

    Outcome run(List<String> command) throws IOException, InterruptedException {
        return end(start(command));
    }

    static Outcome end(Process process) throws IOException, InterruptedException {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), text);
    }

    Process start(Path script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    Process start(List<String> command) throws IOException {
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
    String systemTools() throws IOException {
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

    long builds() throws IOException {
        Path runs = project.resolve("maven.runs");
        return Files.exists(runs) ? Files.readAllLines(runs).size() : 0;
    }

    void program(String name, String text) throws IOException {
        Path file = Files.writeString(tools.resolve(name), text);
        assertTrue(file.toFile().setExecutable(true));
    }
}
