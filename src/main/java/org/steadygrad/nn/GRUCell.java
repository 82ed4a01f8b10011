package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One time step of a {@link GRU}, forward and backward.
 *
 * @param gateWeights recurrent weights of r and z, [hidden, 2 hidden]
 * @param candidateWeights recurrent weights of n, [hidden, hidden]
 * @param gate function of r and z
 * @param candidate function of n
 */
record GRUCell(
        INDArray gateWeights, INDArray candidateWeights, ElementwiseActivation gate, ElementwiseActivation candidate) {

    static GRUCell of(INDArray recurrentWeights, GRU conf) {
        long hidden = recurrentWeights.rows();
        return new GRUCell(
                recurrentWeights.get(all(), interval(0, 2 * hidden)),
                recurrentWeights.get(all(), interval(2 * hidden, 3 * hidden)),
                new ElementwiseActivation(conf.getGateActivationFn()),
                new ElementwiseActivation(conf.getActivationFn()));
    }

    int hidden() {
        return (int) candidateWeights.rows();
    }

    /**
     * On entry the step's gates and candidate hold x W + b, and its recurrent part holds cn; on return the gates,
     * n, h Rn + cn and the next state stand there. {@code scratch} is [batch, hidden].
     */
    void forward(GRUTape tape, int t, INDArray scratch, boolean training) {
        INDArray h = tape.at(tape.states, t);
        INDArray gates = tape.at(tape.gates, t);
        INDArray n = tape.at(tape.candidate, t);
        INDArray recurrent = tape.at(tape.recurrent, t);

        Products.addProduct(h, gateWeights, gates);
        Products.addProduct(h, candidateWeights, recurrent);
        keep(gates, tape.gatesBefore, tape, t);
        gate.applyInPlace(gates, training);
        n.addi(tape.reset(t).mul(recurrent, scratch));
        keep(n, tape.candidateBefore, tape, t);
        candidate.applyInPlace(n, training);
        INDArray next = h.sub(n, tape.at(tape.states, t + 1));
        next.muli(tape.update(t)).addi(n);
    }

    private static void keep(INDArray values, INDArray buffer, GRUTape tape, int t) {
        if (buffer != null) {
            tape.at(buffer, t).assign(values);
        }
    }

    /**
     * Passes the gradient with respect to the state after step t to the state before it, and leaves the step's
     * gradients of the products: of the gates in the tape's gates, of n in {@code slopes.candidate}, of h Rn + cn in
     * {@code slopes.update}.
     *
     * @param dStates rows as the tape's states: gradients with respect to them, those of step t + 1 complete
     */
    void backward(GRUTape tape, GRUSlopes slopes, INDArray dStates, int t, INDArray scratch) {
        INDArray dNext = tape.at(dStates, t + 1);
        INDArray d = tape.at(dStates, t);
        INDArray r = tape.reset(t);
        INDArray z = tape.update(t);
        INDArray dn = tape.at(slopes.candidate(), t);
        INDArray dRecurrent = tape.at(slopes.update(), t);

        d.addi(dNext.mul(z, scratch));
        dn.muli(dNext);
        dNext.mul(dRecurrent, z);
        dn.mul(r, dRecurrent);
        dn.mul(tape.at(slopes.reset(), t), r);
        Products.addProductTransposed(tape.at(tape.gates, t), gateWeights, d);
        Products.addProductTransposed(dRecurrent, candidateWeights, d);
    }
}
