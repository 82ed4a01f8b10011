package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.report.ReportPictures;
import org.steadygrad.runlog.RunResult;

/** That the examples run, and what a program gets on its class path that depends on SteadyGrad. */
class ExamplesTest {
    /** File names of the jars on the class path. */
    private static final List<String> JARS = Arrays.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator")))
            .map(path -> Path.of(path).getFileName().toString())
            .toList();

    @Test
    void aGruIsTrained(@TempDir Path folder) {
        RunResult result = LongMemory.train(1, folder.resolve("run"));

        assertEquals(63, result.iterations());
        assertTrue(result.trainLoss() < 1, result.toString());
        assertTrue(Files.exists(folder.resolve("run/report.html")));
    }

    @Test
    void listenersSayWhatTheySaw() {
        String summary = OwnLoop.train(1);

        assertTrue(summary.contains("0_SimpleRnn") || summary.contains("layer"), summary);
    }

    @Test
    void neitherACommandLineNorAScriptEngineNorALoggingBindingComesAlong() {
        for (String unwanted : List.of("picocli", "rhino", "jsvg", "log4j-core", "log4j-slf4j2-impl", "junit-4")) {
            assertFalse(JARS.stream().anyMatch(jar -> jar.startsWith(unwanted)), unwanted + " in " + JARS);
        }
    }

    @Test
    void theOneBindingIsTheProgramsOwn() throws Exception {
        List<URL> bindings = Collections.list(
                getClass().getClassLoader().getResources("META-INF/services/org.slf4j.spi.SLF4JServiceProvider"));

        assertEquals(1, bindings.size(), bindings.toString());
    }

    /** Versions that DL4J asks for have known vulnerabilities. */
    @Test
    void raisedVersionsComeAlong() {
        assertTrue(JARS.contains("commons-io-2.22.0.jar"), JARS.toString());
        assertTrue(JARS.contains("commons-collections4-4.5.0.jar"), JARS.toString());
        assertTrue(JARS.contains("commons-lang3-3.20.0.jar"), JARS.toString());
    }

    @Test
    void picturesSayWhatTheyNeed() {
        InvalidInputException error =
                assertThrows(InvalidInputException.class, () -> new ReportPictures(new ArrayList<>()));

        assertTrue(error.getMessage().contains("org.mozilla:rhino"), error.getMessage());
    }
}
