package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;

/**
 * How well gradients flowed in a trial, as medians over its full looks.
 *
 * @param firstShare norm of the gradient of the first layer's outputs as a share of that of the last; NaN with fewer than
 *     two layers
 * @param horizon steps over which the gradient reaches back, the shortest of all recurrent layers; -1 without any
 * @param length of the sequences that the horizon is of
 */
public record Flow(double firstShare, int horizon, int length) {

    /** @param looks in their order; those at steps that went wrong don't count */
    static Flow of(List<Look> looks) {
        List<Double> shares = new ArrayList<>();
        List<Integer> horizons = new ArrayList<>();
        int length = 0;
        for (Look look : looks) {
            if (look.applied() && look.layers().size() > 1) {
                shares.add(share(look.layers()));
            }
            if (look.applied() && !look.profiles().isEmpty()) {
                horizons.add(look.profiles().stream()
                        .mapToInt(Look.Profile::horizon)
                        .min()
                        .getAsInt());
                length = look.profiles().stream()
                        .mapToInt(p -> 1
                                + p.steps().get(p.steps().size() - 1)
                                - p.steps().get(0))
                        .max()
                        .getAsInt();
            }
        }
        shares.removeIf(share -> share.isNaN());
        shares.sort(Comparator.naturalOrder());
        horizons.sort(Comparator.naturalOrder());
        return new Flow(
                shares.isEmpty() ? Double.NaN : shares.get(shares.size() / 2),
                horizons.isEmpty() ? -1 : horizons.get(horizons.size() / 2),
                length);
    }

    private static double share(List<LayerTrace> layers) {
        List<LayerTrace> reached = layers.stream()
                .filter(layer -> Double.isFinite(layer.outputGradientNorm()))
                .sorted(Comparator.comparingInt(LayerTrace::depth))
                .toList();
        double last = reached.isEmpty() ? 0 : reached.get(reached.size() - 1).outputGradientNorm();
        return last == 0 ? Double.NaN : reached.get(0).outputGradientNorm() / last;
    }

    /** Whether there is a horizon. */
    public boolean throughTime() {
        return horizon >= 0;
    }

    /** In a few characters: "17 of 100 steps", or the first layer's share. */
    public String words() {
        if (throughTime()) {
            return horizon + " of " + length + " steps";
        }
        return Double.isNaN(firstShare) ? "-" : Finding.number(firstShare);
    }

    /**
     * How well the gradient flows, for comparisons: 1 when it reaches everywhere at its size, 0 when it doesn't arrive or
     * is beyond all bounds.
     */
    double health() {
        if (throughTime()) {
            return (double) horizon / Math.max(1, length);
        }
        return Double.isNaN(firstShare) || firstShare == 0 ? 0 : Math.min(firstShare, 1 / firstShare);
    }
}
