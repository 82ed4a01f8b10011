package org.steadygrad.firstlight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What JUnit's console launcher prints with {@code --details=testfeed}: a line when a test starts, and one when it ends, so that a
 * run that was ended early or broke tells how far it came.
 *
 * @param outcomes by the test's path, in the order in which they ended
 * @param unfinished the test that had started and not ended, when the run broke
 */
record TestFeed(Map<String, Outcome> outcomes, Optional<String> unfinished) {
    private static final Pattern LINE =
            Pattern.compile("(?:.*> )?JUnit Jupiter > (.*) :: (STARTED|SUCCESSFUL|FAILED|ABORTED|SKIPPED)");

    enum Outcome {
        PASSED,
        FAILED,
        SKIPPED
    }

    static TestFeed read(List<String> lines) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        List<String> open = new ArrayList<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line.strip());
            if (!matcher.matches()) {
                continue;
            }
            String test = matcher.group(1);
            switch (matcher.group(2)) {
                case "STARTED" -> open.add(test);
                case "SUCCESSFUL" -> end(test, Outcome.PASSED, outcomes, open);
                case "FAILED" -> end(test, Outcome.FAILED, outcomes, open);
                default -> end(test, Outcome.SKIPPED, outcomes, open);
            }
        }
        return new TestFeed(outcomes, open.stream().findFirst());
    }

    /** Of several with one path, for example invocations with equal arguments, the worst counts. */
    private static void end(String test, Outcome outcome, Map<String, Outcome> outcomes, List<String> open) {
        open.remove(test);
        outcomes.merge(test, outcome, (one, other) -> one == Outcome.FAILED ? one : other);
    }

    long count(Outcome outcome) {
        return outcomes.values().stream().filter(outcome::equals).count();
    }

    List<String> with(Outcome outcome) {
        return outcomes.entrySet().stream()
                .filter(entry -> entry.getValue() == outcome)
                .map(Map.Entry::getKey)
                .toList();
    }
}
