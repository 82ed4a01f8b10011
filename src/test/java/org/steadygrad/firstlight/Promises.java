package org.steadygrad.firstlight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.steadygrad.firstlight.Promise.Verdict;

/** What the documents say of the engine cuda, as far as a GPU can show it in minutes. */
final class Promises {
    private static final String ENGINES = "src/docs/engines.md, GPUs";
    private static final String NATIVE = "native-config/README.md, GPUs";
    private static final String LAWS = "CONTRIBUTING.md, laws of every engine";
    private static final String TARGETS = "targets against PyTorch";

    private Promises() {}

    static List<Promise> all() {
        List<Promise> all = new ArrayList<>(List.of(
                new Promise("CUDA's libraries are found where PyTorch keeps them, and load.", NATIVE, Promises::loads),
                tests(
                        "Recurrent and other layers compute what PyTorch computes in double (golden cases).",
                        ENGINES,
                        "golden",
                        ".*"),
                tests(
                        "Losses and gradients of all supported models agree with DL4J in double.",
                        ENGINES,
                        "contract",
                        "Cuda(EngineContract|RandomGraphs)Test > .*"),
                tests("One seed gives the same bits.", LAWS, "contract", ".*oneSeedGivesTheSameParametersBitByBit.*"),
                tests(
                        "What stands under a mask, and batch mates, change no example.",
                        LAWS,
                        "contract",
                        ".*(aBatchIsTheSumOfItsExamples|outputsAreThoseOfExamplesAlone|valuesUnderTheMaskDoNotMatter|morePaddingDoesNotMatter).*"),
                tests(
                        "NaN or infinity refuses the step and names the place.",
                        LAWS,
                        "contract",
                        ".*(everyParameterCounts|everyInputAndLabelCounts|theUpdatersStateCounts|wholeStepsAreRefusedToo|overflowsOnTheWayShow).*"),
                tests(
                        "Activation functions are right to 1e-5 or 2 ulp.",
                        LAWS,
                        "contract",
                        ".*(activationsAreRightAtEveryFloat|activationsHaveTheirLimitsAndKeepNaN).*"),
                tests(
                        "Steps that are asked for ahead come to the same.",
                        "CONTRIBUTING.md, how the parts meet",
                        "contract",
                        ".*(stepsAheadComeToTheSame|stepsAfterARefusedOneArentRun).*"),
                tests(
                        "Persistent kernels compute what double precision computes, twice the same bits.",
                        ENGINES,
                        "contract",
                        "PersistentScanTest > .*"),
                tests("cuDNN's layers agree with those of this engine.", ENGINES, "contract", "DnnRunTest > .*"),
                tests(
                        "Updaters follow their formulas.",
                        "src/docs",
                        "contract",
                        "Cuda(Updater|UpdateRules|UpdatePass|UpdateSteps)Test > .*"),
                tests("A step leaves nothing behind in memory.", LAWS, "contract", ".*stepsLeaveNothingBehind.*"),
                sanitizer("Persistent kernels have no race for shared memory.", "racecheck"),
                sanitizer("Persistent kernels stay within their memory.", "memcheck"),
                new Promise("A run has the same losses on the GPU as on the CPU.", ENGINES, Promises::losses)));
        Targets.ALL.forEach((name, ratio) -> all.add(target(name, ratio)));
        return all;
    }

    /** That a driver refuses to start says nothing of the libraries. */
    private static Verdict loads(Part.Earlier earlier) {
        Map<String, Object> facts = earlier.facts(ProbePart.NAME);
        if (!facts.containsKey(ProbePart.OBSTACLE)) {
            return Verdict.notReached("");
        }
        String obstacle = PartResult.text(facts, ProbePart.OBSTACLE);
        if (obstacle.isEmpty()) {
            return Verdict.seen(String.join(", ", PartResult.texts(facts, ProbePart.DEVICES)));
        }
        if (Boolean.TRUE.equals(facts.get(ProbePart.LOADED))) {
            return Verdict.seen("all of them, and then: " + obstacle);
        }
        // without PyTorch nothing is promised
        return PartResult.text(facts, ProbePart.TORCH).isEmpty()
                ? Verdict.notReached(obstacle)
                : Verdict.wrong(obstacle);
    }

    /** @param path pattern of the paths of the tests that show it */
    private static Promise tests(String text, String source, String part, String path) {
        Pattern pattern = Pattern.compile(path);
        return new Promise(text, source, earlier -> {
            Map<String, Object> facts = earlier.facts(part);
            List<String> failed = matching(facts, TestsPart.FAILED, pattern);
            int passed = matching(facts, TestsPart.PASSED, pattern).size();
            if (!failed.isEmpty()) {
                return Verdict.wrong(failed.size() + " of " + (failed.size() + passed) + " tests failed, the first: "
                        + failed.get(0));
            }
            return passed == 0 ? Verdict.notReached("") : Verdict.seen(passed + " tests");
        });
    }

    private static List<String> matching(Map<String, Object> facts, String outcome, Pattern pattern) {
        return PartResult.texts(facts, outcome).stream()
                .filter(test -> pattern.matcher(test).matches())
                .toList();
    }

    private static Promise sanitizer(String text, String tool) {
        return new Promise(text, ENGINES, earlier -> {
            Map<String, Object> facts = earlier.facts(tool);
            // a tool that watched nothing counts nothing
            boolean watched = PartResult.number(facts, "tests passed") > 0;
            if (!facts.containsKey(SanitizerPart.ERRORS) || !watched) {
                return Verdict.notReached("");
            }
            long errors = (long) PartResult.number(facts, SanitizerPart.ERRORS);
            return errors == 0
                    ? Verdict.seen(PartResult.text(facts, "tests passed") + " tests under " + tool)
                    : Verdict.wrong(tool + " counts " + errors);
        });
    }

    private static Verdict losses(Part.Earlier earlier) {
        Map<String, Object> facts = earlier.facts(LossesPart.NAME);
        if (!facts.containsKey(LossesPart.FIRST)) {
            return Verdict.notReached("");
        }
        double first = PartResult.number(facts, LossesPart.FIRST);
        double last = PartResult.number(facts, LossesPart.LAST);
        String words = String.format(Locale.ROOT, "relative difference %.1e at first, %.1e at last", first, last);
        boolean numbers = facts.get(LossesPart.FIRST) instanceof Number && facts.get(LossesPart.LAST) instanceof Number;
        return numbers && first <= LossesPart.FIRST_LIMIT && last <= LossesPart.LAST_LIMIT
                ? Verdict.seen(words)
                : Verdict.wrong(words);
    }

    private static Promise target(String name, double target) {
        String text = String.format(
                Locale.ROOT, "%s takes at most %.2f of the time of PyTorch's fastest mode.", name, target);
        return new Promise(text, TARGETS, earlier -> {
            Map<String, Double> ratios =
                    TablePart.ratios(List.of(earlier.facts("table"), earlier.facts("table-compile")), name);
            // the fastest peer has the largest ratio
            return ratios.entrySet().stream()
                    .max(Comparator.comparingDouble(Map.Entry::getValue))
                    .map(best -> verdict(best.getValue(), target, best.getKey() + " (of " + ratios.size() + ")"))
                    .orElse(Verdict.notReached(""));
        });
    }

    private static Verdict verdict(double ratio, double target, String peer) {
        String words = String.format(Locale.ROOT, "%.3f of %s", ratio, peer);
        return ratio <= target ? Verdict.seen(words) : Verdict.wrong(words);
    }
}
