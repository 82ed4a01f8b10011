package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether all sides compute the same: the loss of the first steps, and the gradient's norm before clipping. A comparison of
 * different work would be worth nothing.
 */
final class Agreement {
    /** Below this share of the largest gradient's norm there is only rounding, as in a bias in front of batch norm. */
    private static final double SMALL = 1e-3;

    private Agreement() {}

    /**
     * Runs a step on every side. DL4J, which can't run every model, is dropped where it fails.
     *
     * @return the losses, one per side that is left
     * @throws DisagreementException when a side with the same model has another loss
     */
    static List<Double> step(Contest contest) {
        List<Double> losses = new ArrayList<>();
        for (Side side : contest.sides()) {
            if (!ran(contest, side)) {
                continue;
            }
            losses.add(side.loss());
            if (contest.sameModel(side)) {
                require(contest, side.name() + "'s loss", side.loss(), losses.get(0), SMALL);
            }
        }
        return losses;
    }

    private static boolean ran(Contest contest, Side side) {
        try {
            side.step();
            return true;
        } catch (RuntimeException e) {
            if (!(side instanceof Dl4jSide)) {
                throw e;
            }
            contest.drop(side, String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** Runs a few steps on each side and compares losses, at the first also gradients; returns what was found, in words. */
    static String check(Contest contest, int steps) {
        StringBuilder found = new StringBuilder("case=" + contest.benchmark().name());
        contest.torch().ifPresent(torch -> torch.readNorms(true));
        for (int i = 0; i < steps; i++) {
            found.append(String.format(Locale.ROOT, " losses=%s", step(contest)));
            if (i == 0 && contest.torch().isPresent() && contest.sides().get(0) instanceof EngineSide ours) {
                int equal = compare(
                        contest, ours.gradientNorms(), contest.torch().get().gradientNorms());
                found.append(" equalGradientNorms=").append(equal);
            }
        }
        return found.toString();
    }

    /** Biases of GRUs are left out: PyTorch has two for each gate, here only the candidate has. */
    private static int compare(Contest contest, Map<String, Double> ours, Map<String, Double> theirs) {
        boolean gru = contest.benchmark().workload() instanceof Workload.Recurrent model && model.cell() == Cell.GRU;
        double floor = SMALL * Collections.max(ours.values());
        int compared = 0;
        for (Map.Entry<String, Double> norm : theirs.entrySet()) {
            String name = norm.getKey();
            if (ours.containsKey(name) && !(gru && name.startsWith("recurrent") && name.endsWith("b"))) {
                require(contest, "PyTorch's norm of the gradient of " + name, norm.getValue(), ours.get(name), floor);
                compared++;
            }
        }
        return compared;
    }

    private static void require(Contest contest, String what, double value, double ours, double floor) {
        double scale = Math.max(Math.abs(ours), floor);
        if (!(Math.abs(value - ours) <= contest.benchmark().workload().tolerance() * scale)) {
            throw new DisagreementException("case " + contest.benchmark().name() + ": " + what + " is " + value
                    + ", ours is " + ours + ": the sides don't compute the same, so their times can't be compared.");
        }
    }
}
