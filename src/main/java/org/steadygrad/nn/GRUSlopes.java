package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the gradient with respect to a state has to be multiplied by on its way into a step; known for all steps before
 * the backward loop begins. All are [steps * batch, hidden], rows as in {@link GRUTape}, and are overwritten by the loop.
 *
 * @param candidate from h' to the argument of the candidate's activation: (1 - z) n'
 * @param update from h' to the argument of z: (h - n) z'
 * @param reset from the argument of the candidate's activation to that of r: (h Rn + cn) r'
 */
record GRUSlopes(INDArray candidate, INDArray update, INDArray reset) {

    /** Sets z to 1 at masked steps, where the state is held; with that all slopes are 0 there. */
    static GRUSlopes of(GRUTape tape, GRUCell cell) {
        long hidden = tape.hidden;
        INDArray z = tape.gates.get(all(), interval(hidden, 2 * hidden));
        INDArray gateSlope = cell.gate().slope(tape.gates, tape.gatesBefore);
        INDArray before = tape.states.get(interval(0, tape.candidate.rows()), all());

        INDArray update = before.sub(tape.candidate).muli(gateSlope.get(all(), interval(hidden, 2 * hidden)));
        INDArray reset = gateSlope.get(all(), interval(0, hidden)).mul(tape.recurrent);
        if (tape.present != null) {
            update.muli(tape.present);
            z.muli(tape.present).addi(tape.present.rsub(1));
        }
        INDArray candidate =
                cell.candidate().slope(tape.candidate, tape.candidateBefore).muli(z.rsub(1));
        return new GRUSlopes(candidate, update, reset);
    }
}
