package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command in a process of its own, as the launcher starts it.
 *
 * @param err with line breaks as spaces
 */
record Launched(int code, byte[] out, String err) {
    private static final int SECONDS = 100;

    /** @param in standard input; null for none */
    static Launched run(Path folder, Path in, Object... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        ProcessBuilder builder =
                builder(folder, arguments).redirectOutput(out.toFile()).redirectError(err.toFile());
        if (in != null) {
            builder.redirectInput(in.toFile());
        }
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "the program should have ended");
            String told = Files.readString(err).replaceAll("\\s+", " ");
            return new Launched(process.exitValue(), Files.readAllBytes(out), told);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /** What starts a command in a folder. */
    static ProcessBuilder builder(Path folder, Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "org.steadygrad.cli.Main"));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        // threads of two programs that wait for each other's turn are slow
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder;
    }

    String text() {
        return new String(out, StandardCharsets.UTF_8);
    }

    /** @return this, once it is known to have gone well */
    Launched well() {
        assertEquals(0, code, err);
        return this;
    }
}
