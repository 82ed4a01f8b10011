package org.steadygrad.exam;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.diagnose.Preflight;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** Puts cases to the program, by the same rules as the commands {@code train} and {@code diagnose}. */
final class Examination {
    private final Path folder;

    /** @param folder for the files of cases */
    Examination(Path folder) {
        this.folder = folder;
    }

    /** All families by name: every second one is for fitting, the others are for the report. */
    static Map<String, Function<Draw, ExamCase>> families() {
        Map<String, Function<Draw, ExamCase>> all = new LinkedHashMap<>(SickFamilies.all());
        all.putAll(HealthyFamilies.all());
        return all;
    }

    /** Whether a family is one of those that thresholds may be fitted on. */
    static boolean fitted(String family) {
        return List.copyOf(families().keySet()).indexOf(family) % 2 == 0;
    }

    static ExamCase draw(String family, int seed) {
        return families().get(family).apply(Draw.of(family, seed));
    }

    /** The run file of a case, with its data and itself written into the folder. */
    RunSpec write(ExamCase c) {
        return write(c, c.name(), c.data());
    }

    /** The run file of a case with data in which nothing is the matter. */
    private RunSpec sound(ExamCase c, RunSpec run) {
        return c.sound().isEmpty() ? run : write(c, c.name() + "-sound", c.sound());
    }

    /** The run file of a case, with its data and itself written into a folder. */
    private RunSpec write(ExamCase c, String name, String rows) {
        try {
            Path own = Files.createDirectories(folder.resolve(name));
            Path data = own.resolve("data.csv");
            if (!rows.isEmpty()) {
                Files.writeString(data, rows);
            }
            Path run = own.resolve("run.yaml");
            Files.writeString(run, c.run().replace("DATA", data.toAbsolutePath().toString()));
            return RunFiles.read(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Trains a case. @param counterfactual whether to train it without its cause as well */
    Answer train(ExamCase c, boolean counterfactual) {
        RunSpec run = write(c);
        RunResult result = train(run);
        double undone =
                counterfactual && c.undoable() ? loss(train(RunFiles.with(sound(c, run), c.undoing()))) : Double.NaN;
        double guessing =
                result.baselines().best().map(Baseline::validationLoss).orElse(Double.NaN);
        return answer(c, result.findings(), loss(result), guessing, undone);
    }

    /** Looks at a case before it is trained. */
    Answer diagnose(ExamCase c) {
        return answer(c, Preflight.of(write(c), Preflight.BATCHES).findings(), Double.NaN, Double.NaN, Double.NaN);
    }

    static RunResult train(RunSpec run) {
        DataSource data = DataSources.open(run.data(), run.training().batch(), run.seed());
        return Runs.tryOut(run, data, Runs.plannedUpdates(run, data), RunListener.NONE, new StopSignal());
    }

    /** Of the best validation; NaN without one. */
    static double loss(RunResult result) {
        return result.validation().getOrDefault("loss", Double.NaN);
    }

    private static Answer answer(ExamCase c, List<Finding> findings, double loss, double guessing, double undone) {
        // how long steps wait is a matter of the machine and of who else is on it
        List<Finding> told = findings.stream()
                .filter(f -> f.severity() != Severity.INFO && f.kind() != FindingKind.STALLED_INPUT)
                .toList();
        String first = told.isEmpty() || told.get(0).prescriptions().isEmpty()
                ? ""
                : told.get(0).prescriptions().stream()
                        .limit(1)
                        .flatMap(p -> Stream.concat(Stream.of(p.title()), p.changes().stream()))
                        .reduce("", (a, b) -> a + " | " + b);
        return Answer.of(c, told.stream().map(Finding::id).distinct().toList(), first, loss, guessing, undone);
    }
}
