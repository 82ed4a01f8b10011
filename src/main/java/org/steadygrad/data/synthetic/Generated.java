package org.steadygrad.data.synthetic;

import java.util.SplittableRandom;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.batch.BatchBuilder;
import org.steadygrad.data.batch.ExampleSet;
import org.steadygrad.data.batch.Seeds;
import org.steadygrad.data.batch.SplitSource;

/**
 * Examples that are made when they are needed, each from the seed, the split and its number: the same in every epoch, and
 * none is kept in memory.
 */
final class Generated implements ExampleSet {
    private final Task task;
    private final int size;
    private final long seed;
    private final long split;

    private Generated(Task task, int size, long seed, long split) {
        this.task = task;
        this.size = size;
        this.seed = seed;
        this.split = split;
    }

    /** What is generated. */
    interface Task {
        DataDescription description();

        /** Writes one example, drawn from {@code random}. */
        void generate(int example, SplittableRandom random, BatchBuilder.Slot slot);
    }

    static DataSource source(Task task, int training, int validation, int batch, long seed) {
        return SplitSource.of(
                new Generated(task, training, seed, 0),
                new Generated(task, validation, seed, 1),
                batch,
                seed,
                new DataArtifact.None());
    }

    @Override
    public DataDescription description() {
        return task.description();
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void fill(int epoch, int example, BatchBuilder.Slot slot) {
        task.generate(example, Seeds.at(seed, split, example), slot);
    }
}
