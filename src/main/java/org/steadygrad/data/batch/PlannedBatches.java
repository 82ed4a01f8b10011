package org.steadygrad.data.batch;

import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.data.BatchCell;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;

/** Batches of numbered examples, prepared in the background. Skipping leading batches costs nothing. */
public final class PlannedBatches implements BatchSequence {
    private final ExampleSet examples;
    private final int batch;
    private final long seed;
    private final boolean shuffle;

    private PlannedBatches(ExampleSet examples, int batch, long seed, boolean shuffle) {
        this.examples = examples;
        this.batch = Check.positive(batch, "Data source", "batch");
        this.seed = seed;
        this.shuffle = shuffle;
        Check.positive(examples.size(), "Data source", "number of examples");
    }

    /** Shuffled anew in every epoch, as a function of seed and epoch. */
    public static PlannedBatches forTraining(ExampleSet examples, int batch, long seed) {
        return new PlannedBatches(examples, batch, seed, true);
    }

    /** The same order in every epoch. */
    public static PlannedBatches forValidation(ExampleSet examples, int batch) {
        return new PlannedBatches(examples, batch, 0, false);
    }

    @Override
    public int batchesPerEpoch() {
        return BatchPlan.count(examples.size(), batch);
    }

    @Override
    public int smallestBatch() {
        int over = examples.size() % batch;
        return over == 0 ? batch : over;
    }

    @Override
    public BatchIterator epoch(int epoch, int firstBatch) {
        Check.nonNegative(epoch, "Data source", "epoch");
        Check.inClosed(firstBatch, 0, batchesPerEpoch(), "Data source", "firstBatch");
        int[][] plan = plan(epoch);
        Iterator<MultiDataSet> batches = IntStream.range(firstBatch, plan.length)
                .mapToObj(i -> assemble(epoch, plan[i]))
                .iterator();
        return Prefetch.of(batches);
    }

    @Override
    public String origin(int epoch, int number, BatchCell cell) {
        return examples.origin(epoch, plan(epoch)[number][cell.example()], cell);
    }

    private int[][] plan(int epoch) {
        return shuffle ? BatchPlan.shuffled(examples, batch, seed, epoch) : BatchPlan.inOrder(examples, batch);
    }

    private MultiDataSet assemble(int epoch, int[] chosen) {
        int steps = Arrays.stream(chosen).map(examples::steps).max().orElseThrow();
        BatchBuilder builder = new BatchBuilder(examples.description(), chosen.length, steps);
        for (int i = 0; i < chosen.length; i++) {
            examples.fill(epoch, chosen[i], builder.slot(i));
        }
        return builder.build();
    }
}
