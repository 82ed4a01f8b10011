package org.steadygrad.firstlight;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.steadygrad.firstlight.TestFeed.Outcome;

/**
 * Tests on the GPU.
 *
 * @param options of JUnit's console launcher, which choose the tests
 */
record TestsPart(Bundle bundle, String name, String title, Duration share, List<String> options) implements Part {
    /** Facts: paths of the tests that passed, and of those that failed. */
    static final String PASSED = "passed";

    static final String FAILED = "failed";

    /** What {@code run gpu-tests} ends with when every test was skipped. */
    private static final int ALL_SKIPPED = 3;

    private static final String LOG = "tests";

    @Override
    public void work(Workplace workplace) throws IOException, InterruptedException {
        run(workplace, bundle, List.of(), options);
    }

    /** @param before a program that watches them */
    static int run(Workplace workplace, Bundle bundle, List<String> before, List<String> options)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("gpu-tests"));
        arguments.addAll(options);
        int code = workplace.execute(LOG, bundle.command(before, arguments.toArray(new String[0])));
        if (code == ALL_SKIPPED) {
            workplace.impossible(workplace.lastWords(LOG));
        } else if (code != 0) {
            TestFeed feed = feed(workplace);
            if (feed.count(Outcome.FAILED) == 0) {
                String at = feed.unfinished().map(test -> " in " + test).orElse("");
                workplace.faulty("The tests ended with " + code + at + ": " + workplace.lastWords(LOG));
            }
        }
        return code;
    }

    static TestFeed feed(Workplace workplace) throws IOException {
        return TestFeed.read(Workplace.lines(workplace.folder().resolve("gpu-tests/tests.txt")));
    }

    @Override
    public void read(Workplace workplace) throws IOException {
        TestFeed feed = feed(workplace);
        tell(workplace, feed);
    }

    static void tell(Workplace workplace, TestFeed feed) {
        long failed = feed.count(Outcome.FAILED);
        workplace.fact("tests passed", feed.count(Outcome.PASSED));
        workplace.fact("tests failed", failed);
        workplace.fact("tests skipped", feed.count(Outcome.SKIPPED));
        workplace.fact(PASSED, feed.with(Outcome.PASSED));
        workplace.fact(FAILED, feed.with(Outcome.FAILED));
        feed.unfinished().ifPresent(test -> workplace.fact("not finished", test));
        if (failed > 0) {
            workplace.faulty(failed + " tests failed, the first: "
                    + feed.with(Outcome.FAILED).get(0));
        }
    }

    /** Paths of the tests whose class has this name. */
    static List<String> of(Map<String, Object> facts, String outcome, String className) {
        return PartResult.texts(facts, outcome).stream()
                .filter(path -> path.startsWith(className + " > "))
                .toList();
    }
}
