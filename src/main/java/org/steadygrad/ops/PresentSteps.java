package org.steadygrad.ops;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The steps of a batch's sequences at which there is data, brought together and put back. Rows are copied, never multiplied by a
 * mask: 0 times NaN is NaN.
 */
public final class PresentSteps {
    private final int examples;
    private final int steps;
    private final boolean timeInMiddle;
    private final boolean complete;
    /** For each row of gathered sequences, example by example, the row it is a copy of; the row after the last is 0. */
    private final int[] sources;
    /** The same the other way round. */
    private final int[] slots;
    /** For each row its own number, or that of the row of zeros at masked steps. */
    private final int[] kept;

    /**
     * @param mask [batch, time], 0 where there is no data
     * @param timeInMiddle whether sequences are [batch, time, features], not [batch, features, time]
     */
    public PresentSteps(INDArray mask, boolean timeInMiddle) {
        this.timeInMiddle = timeInMiddle;
        examples = (int) mask.size(0);
        steps = (int) mask.size(1);
        double[] values = mask.dup('c').data().asDouble();
        int nothing = values.length;
        sources = new int[nothing];
        slots = new int[nothing];
        kept = new int[nothing];
        int present = 0;
        for (int example = 0; example < examples; example++) {
            int slot = example * steps;
            int end = slot + steps;
            for (int row = slot, next = slot; row < end; row++) {
                boolean there = values[row] != 0;
                slots[row] = there ? next : nothing;
                kept[row] = there ? row : nothing;
                if (there) {
                    sources[next++] = row;
                    present++;
                    slot = next;
                }
            }
            for (int row = slot; row < end; row++) {
                sources[row] = nothing;
            }
        }
        complete = present == nothing;
    }

    /** Each example's present steps in their order, then zeros. */
    public INDArray gather(INDArray sequences) {
        return copied(sequences, sources);
    }

    /** The opposite of {@link #gather}, with zeros at masked steps. */
    public INDArray scatter(INDArray gathered) {
        return copied(gathered, slots);
    }

    /** Zeros at masked steps, whatever stands there. */
    public INDArray cleared(INDArray sequences) {
        return copied(sequences, kept);
    }

    private INDArray copied(INDArray sequences, int[] rows) {
        if (complete) {
            return sequences;
        }
        INDArray byStep = timeInMiddle ? sequences : sequences.permute(0, 2, 1);
        long size = byStep.size(2);
        long count = (long) examples * steps;
        INDArray all = Nd4j.create(sequences.dataType(), new long[] {count + 1, size}, 'c');
        all.get(interval(0, count), all()).assign(byStep.dup('c').reshape('c', count, size));
        INDArray moved = Nd4j.pullRows(all, 1, rows).reshape('c', examples, steps, size);
        return timeInMiddle ? moved : moved.permute(0, 2, 1).dup('f');
    }
}
