package org.steadygrad.train;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.train.guard.Guard;

/**
 * Losses per scored step of a training that is made up: how far the model is at each step, times how hard the batch is, times noise
 * of the two together. The guard looks at them as in a run, with snapshots of the model to compare with.
 */
final class LossSeries {
    static final int STEPS = 1500;
    /** From here on the sick ones are sick. */
    static final int ONSET = 700;

    private final Random random;
    private final double[] level = new double[STEPS];
    private double[] hardness;
    private int perEpoch;
    private double noise;
    private boolean restarted;
    private final StringBuilder words = new StringBuilder();

    /** A healthy series. */
    LossSeries(long seed) {
        random = new Random(seed);
        learn();
        batches();
    }

    private double between(double low, double high) {
        return low * Math.exp(random.nextDouble() * Math.log(high / low));
    }

    private void set(IntToDoubleFunction value) {
        Arrays.setAll(level, value);
    }

    /** The course of the model: one of those that are met, from a start between 0.01 and 10,000. */
    private void learn() {
        double start = between(0.01, 1e4);
        double speed = between(0.1, 1.5);
        double floor = between(1e-7, 0.5);
        int kind = random.nextInt(5);
        words.append("course ").append(kind);
        switch (kind) {
            case 0 -> set(t -> start * (floor + Math.pow(1 + t, -speed)));
            case 1 -> plateaus(start);
            case 2 -> set(t -> start * (1e-7 + Math.exp(-t / between(40, 41))));
            case 3 -> restarts(start, floor);
            default -> set(t -> start);
        }
        if (kind == 2) {
            bursts();
        }
    }

    /** Long times without progress, and sudden ones with it. */
    private void plateaus(double start) {
        double now = start;
        for (int t = 0; t < STEPS; t++) {
            now *= random.nextInt(200) == 0 ? between(0.1, 0.9) : 1;
            level[t] = now;
        }
    }

    /** A learning rate that is raised every 200 steps brings a part of the loss back. */
    private void restarts(double start, double floor) {
        double back = between(0.02, 0.3);
        restarted = true;
        set(t -> start * (0.01 * floor + back * Math.exp(-(t % 200) / 30.0) + Math.pow(1 + t, -1)));
    }

    /** What Adam does to a loss that has nearly vanished: now and then it rises by orders of magnitude, and falls again. */
    private void bursts() {
        for (int t = 400; t < STEPS; t += 100 + random.nextInt(300)) {
            double height = between(10, 1000);
            int length = 10 + random.nextInt(90);
            for (int i = 0; i < length && t + i < STEPS; i++) {
                level[t + i] *= 1 + height * Math.sin(Math.PI * i / length);
            }
        }
    }

    /** What the batches of an epoch are like. */
    private void batches() {
        perEpoch = random.nextInt(4) == 0 ? STEPS : 20 + random.nextInt(400);
        hardness = new double[perEpoch];
        int kind = random.nextInt(6);
        noise = kind == 5 ? between(0.3, 0.7) : between(0.01, 0.2);
        double spread = between(0.05, 0.5);
        double rare = between(0.005, 0.2);
        double hard = between(3, 100);
        words.append(", batches ").append(kind);
        for (int b = 0; b < perEpoch; b++) {
            double plain = Math.exp(spread * random.nextGaussian());
            hardness[b] = switch (kind) {
                case 1 -> random.nextDouble() < rare ? hard * plain : plain;
                case 2 -> heavyTailed(4);
                case 3 -> heavyTailed(1);
                case 4 -> b % 50 < 50 * rare ? hard * plain : plain;
                case 5 -> Math.exp(1.5 * random.nextGaussian());
                default -> plain;
            };
        }
        if (kind != 3 && !restarted && random.nextInt(3) == 0) {
            Arrays.sort(hardness);
            words.append(" sorted");
        }
    }

    /** Mean square of errors with Student's distribution, 2 degrees of freedom. */
    private double heavyTailed(int examples) {
        double sum = 0;
        for (int i = 0; i < examples; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            double error = random.nextGaussian() / Math.sqrt((a * a + b * b) / 2);
            sum += error * error;
        }
        return sum / examples;
    }

    /** What is lost at a step after the onset: factor on the loss at the start. */
    LossSeries sick(String name, IntToDoubleFunction lost) {
        words.append(", ").append(name);
        double start = level[0];
        for (int t = ONSET; t < STEPS; t++) {
            level[t] = Math.max(level[t], start * lost.applyAsDouble(t - ONSET));
        }
        return this;
    }

    private double loss(double of, int batch) {
        return of * hardness[batch] * Math.exp(noise * random.nextGaussian());
    }

    /** The first step at which the guard acts; -1 if it never does. */
    int firstAction(GuardSpec.Auto spec) {
        Guard guard = new Guard(spec, Guard.State.START);
        int snapshot = 0;
        for (int t = 0; t < STEPS; t++) {
            int batch = t % perEpoch;
            double loss = loss(level[t], batch);
            if (guard.beforeUpdate(loss, loss, t / perEpoch).action() != Guard.Action.CONTINUE) {
                return t;
            }
            if (guard.calm() && t - snapshot >= spec.snapshotEvery()) {
                snapshot = t;
            }
            guard.afterUpdate(true);
            if (guard.wantsComparison()) {
                guard.compare(loss(level[snapshot], batch));
            }
        }
        return -1;
    }

    /** What it was made of. */
    @Override
    public String toString() {
        return words.toString();
    }
}
