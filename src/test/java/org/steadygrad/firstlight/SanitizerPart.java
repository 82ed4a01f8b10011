package org.steadygrad.firstlight;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The persistent kernels, on the small shapes of their own tests, under one of the tools of NVIDIA's compute-sanitizer.
 *
 * @param tool "racecheck" (two threads at the same shared memory without a barrier between them) or "memcheck" (access outside)
 */
record SanitizerPart(Bundle bundle, String tool) implements Part {
    /** Fact: errors and hazards that the tool counted. */
    static final String ERRORS = "errors";

    private static final String PROGRAM = "compute-sanitizer";
    private static final Pattern SUMMARY =
            Pattern.compile("=+ (?:ERROR SUMMARY: (\\d+) error|RACECHECK SUMMARY: (\\d+) hazard).*");

    @Override
    public String name() {
        return tool;
    }

    @Override
    public String title() {
        return tool + " of the persistent kernels";
    }

    @Override
    public Duration share() {
        return Duration.ofSeconds(50);
    }

    private static String log(Workplace workplace) {
        return workplace.folder().resolve("sanitizer.txt").toString();
    }

    @Override
    public void work(Workplace workplace) throws IOException, InterruptedException {
        List<String> watching = List.of(
                PROGRAM,
                "--tool",
                tool,
                "--target-processes",
                "all",
                // probing asks for what isn't there, and expects the refusal
                "--report-api-errors",
                "no",
                "--log-file",
                log(workplace));
        try {
            TestsPart.run(
                    workplace,
                    bundle,
                    watching,
                    List.of("--select-class=org.steadygrad.engine.cuda.recurrent.PersistentScanTest"));
        } catch (IOException e) {
            workplace.impossible(PROGRAM + " can't be run: " + e.getMessage());
        }
    }

    @Override
    public void read(Workplace workplace) throws IOException {
        TestsPart.tell(workplace, TestsPart.feed(workplace));
        Long errors = errors(Workplace.lines(workplace.folder().resolve("sanitizer.txt")));
        if (errors != null) {
            workplace.fact(ERRORS, errors);
            if (errors > 0) {
                workplace.faulty(tool + " counts " + errors + "; they are in sanitizer.txt.");
            }
        }
    }

    /** The sum of what all processes' summaries count; null when the tool came to none. */
    static Long errors(List<String> lines) {
        Long sum = null;
        for (String line : lines) {
            Matcher matcher = SUMMARY.matcher(line);
            if (matcher.matches()) {
                String count = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
                sum = (sum == null ? 0 : sum) + Long.parseLong(count);
            }
        }
        return sum;
    }
}
