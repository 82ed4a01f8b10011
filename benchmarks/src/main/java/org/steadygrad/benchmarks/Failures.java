package org.steadygrad.benchmarks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Cases that fail while others go on. What goes wrong the same way in many cases is told once, and at the end for which others. */
final class Failures {
    private final PrintStream err;
    private final Map<String, List<String>> namesByMessage = new LinkedHashMap<>();

    Failures(PrintStream err) {
        this.err = err;
    }

    /** What may fail. */
    interface Work {
        void run() throws Exception;
    }

    /** Works on a case; a failure is told, and doesn't end the others. */
    void guard(String name, Work work) {
        try {
            work.run();
        } catch (Exception e) {
            // errors name the case that they are about, which makes no other error of it
            String message = String.valueOf(e.getMessage()).replace(name, "it");
            List<String> names = namesByMessage.computeIfAbsent(message, key -> new ArrayList<>());
            names.add(name);
            if (names.size() == 1) {
                err.println(name + " failed: " + e.getMessage());
            }
        }
    }

    /** Tells what was left out. @return the exit code */
    int end() {
        namesByMessage.forEach((message, names) -> {
            if (names.size() > 1) {
                String others = String.join(", ", names.subList(1, names.size()));
                err.println("The same as with " + names.get(0) + " in " + (names.size() - 1) + " more: " + others + ".");
            }
        });
        return namesByMessage.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
