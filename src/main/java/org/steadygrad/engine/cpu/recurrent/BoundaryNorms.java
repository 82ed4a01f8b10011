package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.onednn.FloatMemory;

/** Notes the norm of dLoss/dh_t at boundaries of segments: what later steps send back, and the output's own gradient. */
final class BoundaryNorms {
    private final List<Integer> steps = new ArrayList<>();
    private final List<Double> squares = new ArrayList<>();
    private final float[] later;
    private final float[] own;

    /** @param stateLength number of elements of h */
    BoundaryNorms(int stateLength) {
        later = new float[stateLength];
        own = new float[stateLength];
    }

    void clear() {
        steps.clear();
        squares.clear();
    }

    /**
     * @param time step whose state it is
     * @param fromLater gradient that comes from later steps, [examples, units]
     * @param outputGradient gradient of the output, [steps, examples, units]
     */
    void note(int time, FloatMemory fromLater, FloatMemory outputGradient) {
        fromLater.read(0, later, later.length);
        outputGradient.read(time * own.length, own, own.length);
        double sum = 0;
        for (int i = 0; i < own.length; i++) {
            double value = (double) later[i] + own[i];
            sum += value * value;
        }
        steps.add(time);
        squares.add(sum);
    }

    /** Forgets all steps but these. */
    void keep(Set<Integer> times) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (!times.contains(steps.get(i))) {
                steps.remove(i);
                squares.remove(i);
            }
        }
    }

    /** Takes what was noted of the same steps, of some of the examples' states each. */
    void join(List<BoundaryNorms> parts) {
        clear();
        steps.addAll(parts.get(0).steps);
        for (int i = 0; i < steps.size(); i++) {
            double sum = 0;
            for (BoundaryNorms part : parts) {
                sum += part.squares.get(i);
            }
            squares.add(sum);
        }
    }

    /** The last backward pass' profile, of the loss averaged over the examples. */
    TimeProfile profile(String layer, boolean reverse, int examples) {
        List<Integer> ascending = new ArrayList<>(steps);
        List<Double> averaged = new ArrayList<>();
        squares.forEach(sum -> averaged.add(Math.sqrt(sum) / examples));
        if (!reverse) {
            Collections.reverse(ascending);
            Collections.reverse(averaged);
        }
        return new TimeProfile(layer, reverse ? "backward" : "forward", ascending, averaged);
    }
}
