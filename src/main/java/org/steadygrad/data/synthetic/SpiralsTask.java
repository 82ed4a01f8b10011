package org.steadygrad.data.synthetic;

import java.util.SplittableRandom;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.spec.DataSpec;

/**
 * Points on interleaved spiral arms. On arm k of n the point at radius r, uniform in [0, 1), has the angle
 * 2 pi (turns r + k / n); normal noise is added to both coordinates. The classes take turns, so they are balanced.
 * Features [batch, 2], labels one-hot [batch, classes].
 */
public record SpiralsTask(int classes, double turns, double noise) implements Generated.Task {

    public static DataSource open(DataSpec.Spirals spec, int batch, long seed) {
        return Generated.source(
                new SpiralsTask(spec.classes(), spec.turns(), spec.noise()),
                spec.examples(),
                spec.validationExamples(),
                batch,
                seed);
    }

    @Override
    public DataDescription description() {
        return new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, classes, 1);
    }

    @Override
    public void generate(int example, SplittableRandom random, BatchBuilder.Slot slot) {
        int arm = example % classes;
        double radius = random.nextDouble();
        double angle = 2 * Math.PI * (turns * radius + (double) arm / classes);
        slot.feature(0, (float) (radius * Math.cos(angle) + noise * random.nextGaussian()));
        slot.feature(1, (float) (radius * Math.sin(angle) + noise * random.nextGaussian()));
        slot.label(arm, 1);
    }
}
