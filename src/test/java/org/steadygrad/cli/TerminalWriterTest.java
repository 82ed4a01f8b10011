package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Help.Ansi;

class TerminalWriterTest {
    @TempDir
    Path folder;

    private static String written(String... texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintWriter out = TerminalWriter.over(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        for (String text : texts) {
            out.print(text);
        }
        out.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void ownStylesPass() {
        String styled = Ansi.ON.string("@|bold,red error|@ and @|faint yellow|@ and @|green fine|@");
        assertTrue(styled.contains("\033["));
        assertEquals(styled + "\n\tx\r\n", written(styled + "\n\tx\r\n"));
        assertEquals(TerminalWriter.ERASE_LINE + "step 1", written(TerminalWriter.ERASE_LINE, "step 1"));
    }

    @Test
    void whatMovesTheCursorHidesOrRenamesDoesNot() {
        assertEquals("a\\u001b[2Jb", written("a\033[2Jb"));
        assertEquals("\\u001b]0;title\\u0007", written("\033]0;title\007"));
        assertEquals("\\u001b[8mhidden", written("\033[8mhidden"));
        assertEquals("safe\\r\\u001b[Kother", written("safe\r\033[Kother"));
        assertEquals("\\b\\b".replace("\\b", "\\u0008"), written("\b\b"));
        assertEquals("\\u202ecod.exe", written("\u202ecod.exe"));
    }

    @Test
    void warningsAreKeptFromItToo() {
        Layout<?> layout = ((LoggerContext) LogManager.getContext(TerminalWriterTest.class.getClassLoader(), false))
                .getConfiguration()
                .getAppender("stderr")
                .getLayout();
        String line = new String(
                layout.toByteArray(Log4jLogEvent.newBuilder()
                        .setLevel(Level.WARN)
                        .setLoggerName("Some")
                        .setMessage(new SimpleMessage("file a\033[2Jb\u009b\r, line 2\n\tok"))
                        .build()),
                StandardCharsets.UTF_8);
        assertTrue(line.contains("Some: file a?[2Jb??, line 2\n\tok"), line);
    }

    /** Through the whole program: names of columns, of keys and of files, and arguments. */
    @Test
    void commandsPrintNoControlCharacterThatTheyWereGiven() throws IOException {
        Path data = folder.resolve("d\033[2J.csv");
        Files.writeString(data, "a\033[31m,b\033]0;x\007,y\n1,2,3\n4,5,6\n7,8,9\n");
        Path run = folder.resolve("run.yaml");
        Files.writeString(
                run,
                "data: {kind: csv, path: '" + data.getFileName() + "', target: \"z\\e[2J\"}\n"
                        + "model: {layers: [dense: {units: 2}]}\ntraining: {iterations: 1}\n",
                StandardCharsets.UTF_8);
        for (String[] arguments : new String[][] {
            {"train", run.toString(), "--out", folder.resolve("out").toString()},
            {"train", run.toString(), "--set", "data.target=\033[2J"},
            {"train", run.toString(), "--set", "da\033[2Jta=1"},
            {"train", folder.resolve("no\033[2J.yaml").toString()},
            {"tra\033[2Jin"},
            {"evaluate", folder.resolve("no\033[2J").toString()}
        }) {
            String said = output(arguments);
            assertFalse(said.isBlank());
            assertTrue(said.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\t'), said);
        }
        String longest = output("train", run.toString(), "--set", "data.target=" + "t".repeat(300_000));
        assertTrue(longest.length() < 20_000, () -> longest.length() + " characters");
    }

    private static String output(String... arguments) {
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream both = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(both);
            System.setErr(both);
            Main.execute(arguments);
        } finally {
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
