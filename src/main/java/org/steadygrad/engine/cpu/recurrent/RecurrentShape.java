package org.steadygrad.engine.cpu.recurrent;

import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * A recurrent layer in one direction and what it is run on.
 *
 * @param activation of a simple cell; other cells have tanh and sigmoid gates
 * @param steps number of time steps
 * @param examples number of sequences
 * @param inputs size of the input
 * @param units size of the output
 * @param reverse whether the sequences are read from their ends
 */
record RecurrentShape(
        Cell cell, ActivationFunction activation, int steps, int examples, int inputs, int units, boolean reverse) {

    /** For each gate of oneDNN's, which of DL4J's it is. */
    int[] gateOrder() {
        return switch (cell) {
            case SIMPLE -> new int[] {0};
            case GRU -> new int[] {1, 0, 2};
            case LSTM -> new int[] {3, 1, 0, 2};
        };
    }

    /** The same for the parts of the bias, of which a GRU has one more. */
    int[] biasOrder() {
        return cell == Cell.GRU ? new int[] {1, 0, 2, 3} : gateOrder();
    }

    int gates() {
        return gateOrder().length;
    }

    /** Number of tensors that make up the state: h, and c in an LSTM. */
    int stateTensors() {
        return cell == Cell.LSTM ? 2 : 1;
    }

    /** Elements of one tensor of the state. */
    int stateLength() {
        return examples * units;
    }

    /** The same layer over another number of steps. */
    RecurrentShape over(int otherSteps) {
        return new RecurrentShape(cell, activation, otherSteps, examples, inputs, units, reverse);
    }

    /** The same layer on another number of sequences. */
    RecurrentShape of(int otherExamples) {
        return new RecurrentShape(cell, activation, steps, otherExamples, inputs, units, reverse);
    }

    /** The same layer reading forward. */
    RecurrentShape forward() {
        return new RecurrentShape(cell, activation, steps, examples, inputs, units, false);
    }

    /** The time step that is read as the given one. */
    int time(int reading) {
        return reverse ? steps - 1 - reading : reading;
    }
}
