package org.steadygrad.exam;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.diagnose.Cure;
import org.steadygrad.diagnose.CureSearch;
import org.steadygrad.diagnose.Preflight;
import org.steadygrad.diagnose.TrialPlan;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** Puts cases that a run file can cure to {@code diagnose --cure}, and trains what it writes. */
final class CureExam {
    /** Added to a run's seed, for runs that the search doesn't make. */
    private static final List<Integer> SEEDS = List.of(100, 101);

    private final Examination examination;

    CureExam(Examination examination) {
        this.examination = examination;
    }

    /** Whether changes of the run file take the cause away. */
    static boolean takes(ExamCase c) {
        return !c.undoing().isEmpty();
    }

    CureAnswer cure(ExamCase c) {
        RunSpec run = examination.write(c);
        long start = System.nanoTime();
        Optional<RunSpec> cured = cured(run).map(Cure.Outcome::run);
        double seconds = (System.nanoTime() - start) / 1e9;
        List<Double> before = new ArrayList<>();
        List<Double> after = new ArrayList<>();
        double[] guessing = {Double.NaN, Double.NaN};
        double undone = Double.NaN;
        for (int seed : SEEDS) {
            String other = "seed=" + (run.seed() + seed);
            RunResult asItIs = Examination.train(RunFiles.with(run, List.of(other)));
            before.add(Examination.loss(asItIs));
            guessing[0] = guessing(asItIs);
            if (Double.isNaN(undone)) {
                RunSpec well = RunFiles.with(RunFiles.with(run, c.undoing()), List.of(other));
                RunResult result = Examination.train(well);
                undone = Examination.loss(result) / guessing(result) * guessing[0];
            }
            if (cured.isPresent()) {
                RunResult result = Examination.train(RunFiles.with(cured.get(), List.of(other)));
                after.add(Examination.loss(result));
                guessing[1] = guessing(result);
            }
        }
        List<String> changes = cured.map(well -> changes(run, well)).orElse(List.of());
        return new CureAnswer(
                c.name(), c.family(), changes, seconds, before, after, undone, List.of(guessing[0], guessing[1]));
    }

    private static Optional<Cure.Outcome> cured(RunSpec run) {
        DataSource data = DataSources.open(run.data(), run.training().batch(), run.seed());
        TrialPlan plan = TrialPlan.of(Runs.plannedUpdates(run, data), 0, TrialPlan.MINUTES);
        CureSearch search = new CureSearch(run, data, plan, new StopSignal(), trial -> {});
        return search.run(Preflight.of(run, Preflight.BATCHES).findings()).outcome();
    }

    /** Lines of the run file that are new. */
    private static List<String> changes(RunSpec before, RunSpec after) {
        List<String> old = RunFiles.write(before).lines().toList();
        return RunFiles.write(after)
                .lines()
                .filter(line -> !old.contains(line))
                .map(String::strip)
                .toList();
    }

    private static double guessing(RunResult result) {
        return result.baselines().best().map(Baseline::validationLoss).orElse(Double.NaN);
    }

    /** Totals and a row for each family. */
    static String table(List<CureAnswer> answers) {
        List<CureAnswer> curable = answers.stream().filter(CureAnswer::curable).toList();
        StringBuilder text = new StringBuilder();
        Score better =
                new Score((int) curable.stream().filter(CureAnswer::better).count(), curable.size());
        List<CureAnswer> written = answers.stream().filter(CureAnswer::written).toList();
        Score worth =
                new Score((int) written.stream().filter(CureAnswer::better).count(), written.size());
        double[] seconds =
                answers.stream().mapToDouble(CureAnswer::seconds).sorted().toArray();
        text.append("cured: " + better.words() + "\nof those written better: " + worth.words() + "\n"
                + (answers.size() - curable.size()) + " that taking the cause away doesn't make better are left out\n");
        if (seconds.length > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "seconds: median %.1f, most %.1f%n",
                    seconds[seconds.length / 2],
                    seconds[seconds.length - 1]));
        }
        text.append("\n| family | cured | written, no better | not cured |\n|---|---|---|---|\n");
        Map<String, List<CureAnswer>> families = new LinkedHashMap<>();
        answers.forEach(a ->
                families.computeIfAbsent(a.family(), f -> new ArrayList<>()).add(a));
        families.forEach((family, own) -> text.append("| " + family + " | "
                + own.stream().filter(CureAnswer::better).count() + " of " + own.size() + " | "
                + own.stream().filter(a -> a.written() && !a.better()).count() + " | "
                + own.stream()
                        .filter(a -> !a.better() && a.curable())
                        .map(CureAnswer::name)
                        .toList() + " |\n"));
        return text.toString();
    }
}
