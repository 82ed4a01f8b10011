package org.steadygrad.bench;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.DataSource;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;
import org.steadygrad.ops.StepMeans;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.train.BpttWindows;

/** The first training steps' batches, held in memory so that every engine gets the same and none waits for data. */
final class StepBatches {
    /** Beyond this the batches start again from the first one. */
    private static final long MOST_BYTES = 512L << 20;

    /**
     * One step's batches.
     *
     * @param batches their gradients are averaged
     * @param continued whether the step continues the sequences of the step before
     * @param timeSteps of all examples, those that the mask leaves out not counted; 0 where there are no sequences
     */
    record Step(List<MultiDataSet> batches, boolean continued, long examples, long timeSteps) {
        Step {
            batches = List.copyOf(batches);
        }
    }

    private final List<Step> steps = new ArrayList<>();
    private final boolean carriesState;

    /** @param count number of steps that are wanted */
    StepBatches(DataSource source, TrainingSpec training, int count) {
        carriesState = training.truncatedBptt() > 0;
        long bytes = 0;
        for (int epoch = 0; steps.size() < count && bytes < MOST_BYTES; epoch++) {
            try (BatchIterator batches = source.training().epoch(epoch, 0)) {
                while (batches.hasNext() && steps.size() < count && bytes < MOST_BYTES) {
                    bytes += add(batches, training);
                }
            }
        }
    }

    private long add(BatchIterator batches, TrainingSpec training) {
        List<MultiDataSet> group = new ArrayList<>();
        while (group.size() < training.accumulate() && batches.hasNext()) {
            group.add(batches.next());
        }
        if (carriesState) {
            boolean continued = false;
            for (MultiDataSet window : BpttWindows.of(group.get(0), training.truncatedBptt())) {
                steps.add(step(meant(List.of(window), training), continued));
                continued = true;
            }
        } else {
            steps.add(step(meant(group, training), false));
        }
        return group.stream().mapToLong(StepBatches::bytes).sum();
    }

    private static List<MultiDataSet> meant(List<MultiDataSet> batches, TrainingSpec training) {
        return training.loss() == LossMean.PER_STEP ? StepMeans.of(batches, SequenceLayout.USUAL) : batches;
    }

    private static Step step(List<MultiDataSet> batches, boolean continued) {
        long examples = 0;
        long timeSteps = 0;
        for (MultiDataSet batch : batches) {
            examples += batch.getFeatures(0).size(0);
            timeSteps += timeSteps(batch);
        }
        return new Step(batches, continued, examples, timeSteps);
    }

    private static long timeSteps(MultiDataSet batch) {
        INDArray features = batch.getFeatures(0);
        if (features.rank() < 3) {
            return 0;
        }
        INDArray mask = MaskedBatches.first(batch.getFeaturesMaskArrays());
        return mask == null
                ? features.size(0) * features.size(2)
                : mask.sumNumber().longValue();
    }

    private static long bytes(MultiDataSet batch) {
        long elements = batch.getFeatures(0).length() + batch.getLabels(0).length();
        return elements * Float.BYTES;
    }

    /** Whether recurrent state is kept between steps at all. */
    boolean carriesState() {
        return carriesState;
    }

    /** Steps are repeated from the first one on when there are fewer. */
    Step get(int index) {
        return steps.get(index % steps.size());
    }
}
