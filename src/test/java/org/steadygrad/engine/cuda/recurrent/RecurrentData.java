package org.steadygrad.engine.cuda.recurrent;

import java.util.Random;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/** Random numbers for a recurrent layer, as they lie on the device; each fits a float. */
final class RecurrentData {
    final double[] input;
    final double[] upstream;
    final double[] weights;
    final double[] recurrent;
    final double[] bias;
    final double[] hidden;
    final double[] cell;
    final double[] mask;

    RecurrentData(LayerShape shape, long seed) {
        Random random = new Random(seed);
        int units = shape.units();
        int outputs = shape.scan().gates() * units;
        input = numbers(random, shape.rows() * shape.inputs(), 1);
        upstream = numbers(random, shape.rows() * units, 1);
        weights = numbers(random, outputs * shape.inputs(), 1 / Math.sqrt(shape.inputs()));
        recurrent = numbers(random, outputs * units, 1 / Math.sqrt(units));
        bias = numbers(random, outputs + (shape.cell() == Cell.GRU ? units : 0), 0.3);
        hidden = numbers(random, (int) shape.stateLength(), 0.5);
        cell = numbers(random, (int) shape.stateLength(), 0.5);
        mask = shape.masked() ? new double[shape.rows()] : null;
        for (int row = 0; shape.masked() && row < mask.length; row++) {
            mask[row] = present(row % shape.examples(), row / shape.examples(), shape.steps()) ? 1 : 0;
        }
    }

    /** In turn: everywhere, up to the middle, nowhere, from the middle on, and with gaps. */
    private static boolean present(int example, int step, int steps) {
        return switch (example % 5) {
            case 0 -> true;
            case 1 -> step < steps / 2;
            case 2 -> false;
            case 3 -> step >= steps / 2;
            default -> step % 4 != 1 && step % 7 != 2;
        };
    }

    private static double[] numbers(Random random, int count, double scale) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }
}
