package org.steadygrad.engine.cuda;

import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.program.BatchShape;

/**
 * The largest batches that kernels and libraries count right. Tensors are counted in 64 bits; rows, what recurrent layers hold of
 * one time step, and what travels at once, in 32.
 */
final class BatchLimits {
    private static final String WHO = "engine cuda";

    /** A loop that strides over fewer elements doesn't leave the 32 bits beyond its end. */
    private static final long MOST_OF_A_STEP = 1L << 30;

    /** Of an array, since Java's buffers end there. */
    private static final long MOST_THAT_TRAVELS = Integer.MAX_VALUE / Float.BYTES;

    private BatchLimits() {}

    /** @throws InvalidInputException when the batch is empty, or larger than can be counted */
    static void check(Plan plan, BatchShape shape) {
        if (shape.examples() < 1 || shape.timeSteps() < 1) {
            throw InvalidInputException.of(
                    WHO,
                    "a batch with examples and time steps",
                    shape.examples() + " examples, " + shape.timeSteps() + " time steps",
                    "Leave empty batches out.");
        }
        long rows = (long) shape.examples() * shape.timeSteps();
        atMost(rows, Integer.MAX_VALUE, "rows (examples times time steps)");
        long widest = Math.max(
                plan.input().size(),
                Math.max(plan.loss().labelSize(), plan.loss().output().size()));
        atMost(rows * widest, MOST_THAT_TRAVELS, "numbers of features, labels or outputs");
        for (PlanOperation operation : plan.operations()) {
            if (operation instanceof PlanOperation.Recur recur) {
                long gates = recur.recurrentWeights().length() / recur.output().size();
                atMost(shape.examples() * gates, MOST_OF_A_STEP, "numbers of one time step in layer " + recur.layer());
            }
        }
    }

    private static void atMost(long count, long most, String what) {
        if (count > most) {
            throw InvalidInputException.of(
                    WHO,
                    "a batch of at most " + most + " " + what,
                    count,
                    "Train on smaller batches, or on shorter windows of sequences.");
        }
    }
}
