package org.steadygrad.data.synthetic;

import java.util.SplittableRandom;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.spec.DataSpec;

/**
 * The adding problem (Hochreiter and Schmidhuber 1997, task 4) in the form of Bai et al. 2018 (arXiv 1803.01271): features
 * [batch, 2, length], row 0 uniform in [0, 1), row 1 a marker that is 1 at one step of the first half and at one of the
 * second; label [batch, 1], the sum of the two marked numbers. Always answering 1 has a mean squared error of 1/6.
 */
public record AddingTask(int length) implements Generated.Task {

    public static DataSource open(DataSpec.Adding spec, int batch, long seed) {
        return Generated.source(new AddingTask(spec.length()), spec.examples(), spec.validationExamples(), batch, seed);
    }

    @Override
    public DataDescription description() {
        return new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 1, length, length - 1);
    }

    @Override
    public void generate(int example, SplittableRandom random, BatchBuilder.Slot slot) {
        int half = length / 2;
        int first = random.nextInt(half);
        int second = random.nextInt(half, length);
        float sum = 0;
        for (int t = 0; t < length; t++) {
            boolean marked = t == first || t == second;
            float value = (float) random.nextInt(1 << 24) / (1 << 24);
            slot.feature(0, t, value);
            slot.feature(1, t, marked ? 1 : 0);
            sum += marked ? value : 0;
        }
        slot.label(0, sum);
    }
}
