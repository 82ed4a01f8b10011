package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.runlog.Finding;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.StopSignal;

/**
 * Proves prescriptions by short trials before it recommends them. All trials begin with the same seed, make the same
 * number of updates on the same batches, and are measured on the same validation data.
 *
 * <ol>
 *   <li>The original is tried. What health finds in it, and what was found before, tells what to prescribe.
 *   <li>Prescriptions are tried one by one: the first of every kind of finding, then the second, and so on.
 *   <li>To the best of these, others are added as long as they get along and it gets better: learning rates further the
 *       same way where another one helped, what helped alone, the best first, then what is prescribed for the findings that
 *       are left. Of every {@value #PER_ROUND} the best is kept.
 *   <li>The original and the best three of all are run over the full number of steps.
 *   <li>The lowest validation loss wins, if it is better than guessing and if with other initial weights it is better than the original
 *       as well; else the next one is asked. What stays at guessing, or was luck, is no cure.
 * </ol>
 */
public final class CureSearch {
    private static final int PER_ROUND = 4;

    private final RunSpec original;
    private final DataSource data;
    private final TrialPlan plan;
    private final StopSignal stop;
    private final Consumer<Trial> progress;
    private final long started = System.nanoTime();
    private final Map<RunSpec, Entry> tried = new LinkedHashMap<>();
    private final List<String> notTried = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();

    /**
     * @param data of the run, opened with its batch size and seed
     * @param stop ends the search after the present step
     * @param progress is told of every trial when it is over
     */
    public CureSearch(RunSpec original, DataSource data, TrialPlan plan, StopSignal stop, Consumer<Trial> progress) {
        this.original = Check.notNull(original, "CureSearch", "original");
        this.data = Check.notNull(data, "CureSearch", "data");
        this.plan = Check.notNull(plan, "CureSearch", "plan");
        this.stop = Check.notNull(stop, "CureSearch", "stop");
        this.progress = Check.notNull(progress, "CureSearch", "progress");
    }

    /**
     * Searches.
     *
     * @param known findings from before the first step
     * @throws InvalidInputException when the original itself can't be trained
     */
    public Cure run(List<Finding> known) {
        Candidate start = Candidate.original(original);
        Trial baseline = attempt(start, plan.steps());
        tried.put(original, new Entry(start, baseline));
        List<Finding> findings = new ArrayList<>(known);
        findings.addAll(baseline.findings());
        Candidate.of(original, start, findings, data.description()).stream()
                .limit(TrialPlan.SINGLES)
                .forEach(this::trial);
        List<Entry> helpful = helpful();
        List<Trial> confirmation = new ArrayList<>();
        Optional<Cure.Outcome> outcome = Optional.empty();
        if (!helpful.isEmpty()) {
            combine(helpful);
            outcome = stop.requested().isPresent() ? outcome : confirm(helpful(), confirmation);
        }
        return new Cure(
                plan,
                tried.values().stream().map(Entry::trial).toList(),
                confirmation,
                notTried,
                rejected,
                stop.requested().isPresent() ? Optional.empty() : outcome,
                stop.requested().orElse(""));
    }

    private record Entry(Candidate candidate, Trial trial) {}

    /** What did better than the original, the best first. */
    private List<Entry> helpful() {
        Trial baseline = tried.get(original).trial();
        List<Entry> helpful = new ArrayList<>(tried.values());
        helpful.removeIf(entry -> !entry.trial().betterThan(baseline));
        List<Entry> ranked = new ArrayList<>();
        while (!helpful.isEmpty()) {
            Entry best = helpful.get(0);
            for (Entry entry : helpful) {
                best = entry.trial().betterThan(best.trial()) ? entry : best;
            }
            ranked.add(best);
            helpful.remove(best);
        }
        return ranked;
    }

    /** Adds to the first what gets along with it, as long as that makes it better. */
    private void combine(List<Entry> helpful) {
        Entry best = helpful.get(0);
        int left = TrialPlan.COMBINATIONS;
        boolean better = true;
        while (better && left > 0) {
            better = false;
            Entry base = best;
            for (Candidate candidate : additions(base, helpful, Math.min(PER_ROUND, left))) {
                Optional<Trial> trial = trial(candidate);
                left--;
                if (trial.isPresent() && trial.get().betterThan(best.trial())) {
                    best = new Entry(candidate, trial.get());
                    better = true;
                }
            }
        }
    }

    private List<Candidate> additions(Entry best, List<Entry> helpful, int most) {
        Candidate base = best.candidate();
        List<Candidate> additions = new ArrayList<>(Candidate.further(original, base, data.description()));
        for (Entry other : helpful) {
            Candidate added = other.candidate();
            if (ChangeConflicts.compatible(base.changes(), added.changes())) {
                base.plus(original, added.name(), added.changes()).ifPresent(additions::add);
            }
        }
        additions.addAll(Candidate.of(original, base, best.trial().findings(), data.description()));
        return additions.stream()
                .filter(candidate -> !tried.containsKey(candidate.run()))
                .limit(most)
                .toList();
    }

    /** Empty when the candidate can't be compared or built, or there is no time left. */
    private Optional<Trial> trial(Candidate candidate) {
        boolean late = (System.nanoTime() - started) / 60e9 > plan.minutes();
        if (tried.containsKey(candidate.run()) || stop.requested().isPresent()) {
            return Optional.empty();
        }
        if (late || !SameLoss.of(original, candidate.run(), data.description().target())) {
            notTried.add(candidate.name() + (late ? ": no time left" : ": changes what the loss means"));
            return Optional.empty();
        }
        try {
            Trial trial = attempt(candidate, plan.steps());
            tried.put(candidate.run(), new Entry(candidate, trial));
            return Optional.of(trial);
        } catch (InvalidInputException e) {
            notTried.add(candidate.name() + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    private Trial attempt(Candidate candidate, int steps) {
        DataSource source = candidate.run().data().equals(original.data())
                ? data
                : DataSources.open(
                        candidate.run().data(),
                        candidate.run().training().batch(),
                        candidate.run().seed());
        Trial trial = Trial.of(candidate.name(), candidate.changes(), candidate.run(), source, steps, stop);
        if (stop.requested().isEmpty()) {
            progress.accept(trial);
        }
        return trial;
    }

    private Optional<Cure.Outcome> confirm(List<Entry> ranked, List<Trial> confirmation) {
        Candidate start = Candidate.original(original);
        boolean full = plan.fullSteps() == plan.steps();
        Trial before = full ? tried.get(original).trial() : again(start, confirmation);
        List<Entry> finalists = new ArrayList<>();
        for (Entry finalist : ranked.subList(0, Math.min(TrialPlan.FINALISTS - 1, ranked.size()))) {
            Trial trial = full ? finalist.trial() : again(finalist.candidate(), confirmation);
            if (trial.betterThan(before)) {
                // betterThan isn't an order, since losses that differ little are equal: the first of the best ones is
                // kept first
                int place = 0;
                while (place < finalists.size()
                        && !trial.betterThan(finalists.get(place).trial())) {
                    place++;
                }
                finalists.add(place, new Entry(finalist.candidate(), trial));
            }
        }
        return proven(finalists, before, confirmation);
    }

    /** The first that beats guessing and, with other initial weights, the original as well. */
    private Optional<Cure.Outcome> proven(List<Entry> finalists, Trial before, List<Trial> confirmation) {
        Trial other = null;
        for (Entry finalist : finalists) {
            String name = finalist.candidate().name();
            if (!finalist.trial().beatsGuessing()) {
                rejected.add(name + ": no better than guessing, with a validation loss of "
                        + Finding.number(finalist.trial().validationLoss()) + " where guessing has "
                        + Finding.number(finalist.trial().guessing()));
                continue;
            }
            if (stop.requested().isPresent()) {
                return Optional.empty();
            }
            other = other == null ? again(reseeded(Candidate.original(original)), confirmation) : other;
            if (again(reseeded(finalist.candidate()), confirmation).betterThan(other)) {
                return Optional.of(new Cure.Outcome(finalist.candidate().run(), before, finalist.trial()));
            }
            rejected.add(name + ": with other initial weights it does no better than the run as it is");
        }
        return Optional.empty();
    }

    private static Candidate reseeded(Candidate candidate) {
        String seed = "seed=" + (candidate.run().seed() + 1);
        return new Candidate(candidate.parts(), RunFiles.with(candidate.run(), List.of(seed)));
    }

    private Trial again(Candidate candidate, List<Trial> confirmation) {
        Trial trial = attempt(candidate, plan.fullSteps());
        confirmation.add(trial);
        return trial;
    }
}
