package org.steadygrad.train.guard;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.steadygrad.check.Check;
import org.steadygrad.check.Counted;
import org.steadygrad.ops.Median;
import org.steadygrad.spec.GuardSpec;

/**
 * Tells a model that gets worse from a batch that is hard. Sees losses per scored step, so that lengths don't matter.
 *
 * <p>A loss is <em>suspicious</em> when it lies above all of: {@code median + d * MAD} of the recent losses, where MAD is their
 * median absolute deviation; twice their median; nineteen in twenty of them; and half the highest median of {@value #FEW} losses
 * in a row so far, which is about the loss at the start: below that what was learnt isn't lost, however much a loss that has
 * nearly vanished may jump. No median is moved by the spike itself.
 *
 * <p>A suspicious loss is a <em>spike</em> when the same batches, with the same dropout masks, had less than half of it in the
 * last good state, and when, by as much worse, the median would be above that half as well: no kind of batch, however rare or
 * long, is hard for one state of the model only. Or when it is {@value #ABSURD} times the highest of the whole epoch before, in
 * which such batches would have been met: then it is the batch that is sick.
 */
public final class LossSpikes {
    /** Below this many losses their median says too little. */
    private static final int FEWEST_LOSSES = 20;

    private static final int FEW = 5;
    private static final double LOST = 0.5;
    private static final double HIGH_SHARE = 0.95;
    private static final double WORSE = 2;
    private static final double ABSURD = 10;

    /**
     * What was seen, for checkpoints.
     *
     * @param recent losses per scored step, oldest first, spikes left out
     * @param row suspicious ones in a row
     * @param taken losses so far, spikes left out
     * @param worst highest median of a few in a row; NaN before there are enough
     * @param epoch of the latest loss
     * @param highest loss of that epoch; NaN before the first
     * @param highestBefore of the epoch before; NaN in the first
     */
    public record State(
            List<Double> recent,
            List<Double> row,
            long taken,
            double worst,
            int epoch,
            double highest,
            double highestBefore) {
        public static final State START = new State(List.of(), List.of(), 0, Double.NaN, 0, Double.NaN, Double.NaN);

        public State {
            recent = List.copyOf(Check.notNull(recent, "training state", "guard.losses.recent"));
            row = List.copyOf(Check.notNull(row, "training state", "guard.losses.row"));
        }
    }

    private final GuardSpec.Auto spec;
    private final Deque<Double> recent;
    private final List<Double> row;
    private long taken;
    private double worst;
    private int epoch;
    private double highest;
    private double highestBefore;

    public LossSpikes(GuardSpec.Auto spec, State state) {
        this.spec = spec;
        recent = new ArrayDeque<>(state.recent());
        row = new ArrayList<>(state.row());
        taken = state.taken();
        worst = state.worst();
        epoch = state.epoch();
        highest = state.highest();
        highestBefore = state.highestBefore();
    }

    public State state() {
        return new State(List.copyOf(recent), List.copyOf(row), taken, worst, epoch, highest, highestBefore);
    }

    /**
     * Takes a finite loss in.
     *
     * @return whether it is suspicious
     */
    public boolean take(double loss, int inEpoch) {
        if (inEpoch > epoch) {
            highestBefore = highest;
            highest = Double.NaN;
            epoch = inEpoch;
        }
        boolean suspicious = suspicious(loss);
        row.add(loss);
        if (!suspicious) {
            acquit();
        }
        return suspicious;
    }

    /** Suspicious losses in a row. */
    public int inRow() {
        return row.size();
    }

    /** Whether the latest loss, if it is suspicious, is to be compared: a first one only where the second decides. */
    public boolean worthComparing() {
        return row.size() >= Math.min(2, spec.spikeSteps() - 1);
    }

    /** @param lastGood loss per scored step of the batches of the latest loss in the last good state */
    public void compare(double lastGood) {
        double loss = row.get(row.size() - 1);
        double factor = loss / lastGood;
        boolean worse = loss > lastGood + (WORSE - 1) * Math.abs(lastGood)
                && (!(lastGood > 0) || factor * Median.between(values()) > LOST * worst);
        boolean absurd = highestBefore > 0 && loss > ABSURD * highestBefore;
        if (!worse && !absurd) {
            acquit();
        }
    }

    /** What looked like spikes were losses like others. */
    private void acquit() {
        row.forEach(this::add);
        row.clear();
    }

    /** Forgets the present row: the state that it came from is left. */
    public void leave() {
        row.clear();
    }

    private void add(double loss) {
        recent.addLast(loss);
        if (recent.size() > spec.window()) {
            recent.removeFirst();
        }
        taken++;
        if (taken % FEW == 0) {
            double latest = Median.between(recent.stream()
                    .skip(Math.max(0, recent.size() - FEW))
                    .mapToDouble(Double::doubleValue)
                    .toArray());
            worst = Double.isNaN(worst) ? latest : Math.max(worst, latest);
        }
        highest = Double.isNaN(highest) ? loss : Math.max(highest, loss);
    }

    private double[] values() {
        return recent.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private boolean suspicious(double loss) {
        if (recent.size() < Math.min(FEWEST_LOSSES, spec.window()) || loss <= LOST * worst) {
            return false;
        }
        double[] values = values();
        Arrays.sort(values);
        double median = Median.between(values);
        double high = values[(int) (HIGH_SHARE * (values.length - 1))];
        if (loss <= Math.max(high, WORSE * Math.abs(median))) {
            return false;
        }
        double deviation = Median.between(
                Arrays.stream(values).map(value -> Math.abs(value - median)).toArray());
        return loss > median + spec.spikeDeviations() * deviation;
    }

    /** What there is to say about the row. */
    public String words() {
        return String.format(
                Locale.ROOT,
                "the loss per scored step spiked to %.4g for %s, where the median of the %d before was %.4g",
                row.get(row.size() - 1),
                Counted.of(row.size(), "step"),
                recent.size(),
                Median.between(values()));
    }
}
