package org.steadygrad.train.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.runlog.CureTrial;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.GuardSpec;

/**
 * What can be done about findings while training goes on, and what was tried: the learning rate and the limit on the gradient's
 * norm may change under way, the model can't. Waits for findings and proposes; a rehearsal tries.
 *
 * <p>A lower learning rate nearly always gives a lower loss within a few steps, whether or not it is better in the end (the
 * short-horizon bias of Wu, Ren, Liao and Grosse 2018). So nothing is tried without a finding, a change has to win by {@value
 * #MARGIN}, each kind of change is kept at most {@value #MOST_TRIALS} times, and trials lie apart. Nor is anything tried for losses
 * that are restless while the loss is under {@value #LEARNT} of that at the start: such a run learns, and its batches
 * differ. For the same reason neither {@code loss-spikes} nor spikes of the gradient that come with as high a loss are one; the guard
 * sees to those that come from the model.
 */
public final class OnlineCures implements RunListener {
    /** Share of the loss without a change by which the one with it has to be lower. */
    public static final double MARGIN = 0.05;

    public static final int MOST_TRIALS = 3;
    private static final double LEARNT = 0.9;
    /** Steps between trials, in lengths of a trial: at most a tenth of the steps is done twice. */
    private static final int REST = 10;

    private static final double RATE_STEP = 2;

    /** What may be changed. */
    public enum Change {
        LOWER_RATE("learning rate x 0.5"),
        RAISE_RATE("learning rate x 2"),
        CLIP("clip by global norm"),
        LOOSEN_CLIP("higher limit of the global norm");

        private final String words;

        Change(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    private static final Map<String, Change> BY_FINDING = Map.ofEntries(
            Map.entry(FindingKind.LEARNING_RATE_TOO_HIGH.id(), Change.LOWER_RATE),
            Map.entry(FindingKind.UPDATES_TOO_LARGE.id(), Change.LOWER_RATE),
            Map.entry(FindingKind.OSCILLATING_LOSS.id(), Change.LOWER_RATE),
            Map.entry(FindingKind.DIVERGING_LOSS.id(), Change.LOWER_RATE),
            Map.entry(FindingKind.LEARNING_RATE_TOO_LOW.id(), Change.RAISE_RATE),
            Map.entry(FindingKind.UPDATES_TOO_SMALL.id(), Change.RAISE_RATE),
            Map.entry(FindingKind.LOSS_PLATEAU.id(), Change.RAISE_RATE),
            Map.entry(FindingKind.GRADIENT_SPIKES.id(), Change.CLIP),
            Map.entry(FindingKind.EXPLODING_GRADIENT.id(), Change.CLIP),
            Map.entry(FindingKind.EXPLODING_THROUGH_TIME.id(), Change.CLIP),
            Map.entry(FindingKind.CLIP_ALWAYS.id(), Change.LOOSEN_CLIP));

    /** @param finding what it is for */
    public record Proposal(String finding, Change change) {}

    /**
     * What was found and tried, for checkpoints.
     *
     * @param rateFactor on the learning rate now
     * @param waiting proposals that weren't tried yet, the oldest first
     * @param tried trials so far by kind of change
     * @param restUntil iteration before which nothing is tried
     * @param trials what came of them, the oldest first
     */
    public record State(
            double rateFactor,
            List<Proposal> waiting,
            Map<Change, Integer> tried,
            int restUntil,
            List<CureTrial> trials) {
        public static final State START = new State(1, List.of(), Map.of(), 0, List.of());

        public State {
            Check.positive(rateFactor, "training state", "cures.rateFactor");
            waiting = List.copyOf(Check.notNull(waiting, "training state", "cures.waiting"));
            tried = Map.copyOf(Check.notNull(tried, "training state", "cures.tried"));
            trials = List.copyOf(Check.notNull(trials, "training state", "cures.trials"));
        }
    }

    private final int trialSteps;
    private final List<Proposal> waiting;
    private final Map<Change, Integer> tried;
    private final List<CureTrial> trials;
    private double rateFactor;
    private int restUntil;

    public OnlineCures(GuardSpec spec, State state) {
        trialSteps = spec instanceof GuardSpec.Auto auto ? auto.trialSteps() : 0;
        waiting = new ArrayList<>(state.waiting());
        tried = new HashMap<>(state.tried());
        trials = new ArrayList<>(state.trials());
        rateFactor = state.rateFactor();
        restUntil = state.restUntil();
    }

    public State state() {
        return new State(rateFactor, waiting, tried, restUntil, trials);
    }

    @Override
    public void happened(RunEvent event) {
        if (event instanceof RunEvent.Found found) {
            take(found.finding());
        }
    }

    private void take(Finding finding) {
        Change change = BY_FINDING.get(finding.id());
        if (trialSteps > 0
                && change != null
                && finding.severity() != Severity.INFO
                && bears(finding, change)
                && !learns(finding)
                && !ofAHardBatch(finding)) {
            propose(new Proposal(finding.id(), change));
        }
    }

    /** A rate that is higher for all isn't tried for what only some layers want. */
    private static boolean bears(Finding finding, Change change) {
        return change != Change.RAISE_RATE || UpdateRatios.of(finding).room() >= RATE_STEP;
    }

    /** Whether the run is on its way, whatever is found; too slow it may be all the same. */
    private static boolean learns(Finding finding) {
        Double recent = finding.evidence().get("recentLoss");
        Double start = finding.evidence().get("startLoss");
        boolean slow = finding.id().equals(FindingKind.LEARNING_RATE_TOO_LOW.id());
        return !slow && recent != null && start != null && recent < LEARNT * start;
    }

    /**
     * Whether a spike of the gradient's norm is that of a hard batch: its loss has risen as well, and by as much or more, as with an
     * outlier among labels. Where gradients explode, the norm rises by more.
     */
    private static boolean ofAHardBatch(Finding finding) {
        Double rise = finding.evidence().get("lossRise");
        return rise != null
                && rise >= finding.evidence().get("norm") / finding.evidence().get("median");
    }

    private void propose(Proposal proposal) {
        boolean known = waiting.stream().anyMatch(p -> p.change() == proposal.change());
        if (!known && tried.getOrDefault(proposal.change(), 0) < MOST_TRIALS) {
            waiting.add(proposal);
        }
    }

    /** Number of steps on each side of a trial; 0 when there are no trials. */
    public int trialSteps() {
        return trialSteps;
    }

    /** Factor on the learning rate that trials have led to. */
    public double rateFactor() {
        return rateFactor;
    }

    public List<CureTrial> trials() {
        return List.copyOf(trials);
    }

    /** What is to be tried next; stays until {@link #tried} is told. */
    public Optional<Proposal> next(int iteration) {
        return iteration < restUntil ? Optional.empty() : waiting.stream().findFirst();
    }

    /** Gives a proposal up that can't be tried. */
    public void drop(Proposal proposal) {
        waiting.remove(proposal);
    }

    /** Changes the learning rate, for a change of that kind. */
    public void changeRate(Change change) {
        if (change == Change.LOWER_RATE) {
            rateFactor /= RATE_STEP;
        } else if (change == Change.RAISE_RATE) {
            rateFactor *= RATE_STEP;
        }
    }

    /** Puts a former factor back. */
    public void setRateFactor(double factor) {
        rateFactor = factor;
    }

    /** Takes note of a trial. What helped is tried once more, later. */
    public void tried(Proposal proposal, CureTrial trial) {
        waiting.remove(proposal);
        tried.merge(proposal.change(), 1, Integer::sum);
        trials.add(trial);
        restUntil = trial.iteration() + (1 + REST) * trial.steps();
        if (trial.kept()) {
            propose(proposal);
        }
    }
}
