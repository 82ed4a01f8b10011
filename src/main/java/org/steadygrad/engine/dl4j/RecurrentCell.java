package org.steadygrad.engine.dl4j;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The mathematics of one time step of a recurrent layer, forward and backward. Rows are examples. The input's part of
 * the pre-activations, {@code x W + b}, is computed for all steps at once by the caller.
 */
sealed interface RecurrentCell {

    /**
     * What is carried from step to step, or its gradient.
     *
     * @param h the layer's output, [batch, units]
     * @param c LSTM's memory cell, [batch, units]; null for other cells
     */
    record State(INDArray h, INDArray c) {}

    /**
     * A step done forward.
     *
     * @param before state it started from
     * @param after state it ended with
     * @param kept what the backward step needs, in the cell's own order
     */
    record Step(State before, State after, INDArray[] kept) {}

    /**
     * A step done backward.
     *
     * @param before gradient of the state that the step started from
     * @param input gradient of {@code x W + b}
     */
    record Back(State before, INDArray input) {}

    /** Number of units. */
    int units();

    /** Whether the state holds a memory cell. */
    default boolean hasMemory() {
        return false;
    }

    /**
     * @param input {@code x W + b} of the step, [batch, gates * units]; not changed
     */
    Step forward(INDArray input, State before);

    /**
     * @param after gradient of the state that the step ended with
     */
    Back backward(Step step, State after);

    private static INDArray gate(INDArray all, int number, int units) {
        return all.get(all(), interval((long) number * units, (long) (number + 1) * units))
                .dup('f');
    }

    private static void put(INDArray all, int number, int units, INDArray gate) {
        all.get(all(), interval((long) number * units, (long) (number + 1) * units))
                .assign(gate);
    }

    private static INDArray apply(IActivation function, INDArray z) {
        return function.getActivation(z.dup('f'), true);
    }

    private static INDArray slope(IActivation function, INDArray z, INDArray gradient) {
        return function.backprop(z.dup('f'), gradient.dup('f')).getFirst();
    }

    /**
     * Elman's network as DL4J's {@code SimpleRnn} has it, {@code h' = f(x W + h R + b)}.
     *
     * @param recurrent R, [units, units]
     */
    record Simple(INDArray recurrent, IActivation activation) implements RecurrentCell {
        @Override
        public int units() {
            return (int) recurrent.size(0);
        }

        @Override
        public Step forward(INDArray input, State before) {
            INDArray z = input.add(before.h().mmul(recurrent));
            return new Step(before, new State(apply(activation, z), null), new INDArray[] {z});
        }

        @Override
        public Back backward(Step step, State after) {
            INDArray dz = slope(activation, step.kept()[0], after.h());
            return new Back(new State(dz.mmul(recurrent.transpose()), null), dz);
        }
    }

    /**
     * DL4J's {@code LSTM}, no peepholes; its columns are i, f, o, g, where i is the new content ({@code activation}) and
     * g the gate on it: {@code c' = f * c + g * i}, {@code h' = o * activation(c')}.
     *
     * @param recurrent [units, 4 units]
     */
    record Lstm(INDArray recurrent, IActivation activation, IActivation gateActivation) implements RecurrentCell {
        @Override
        public int units() {
            return (int) recurrent.size(0);
        }

        @Override
        public boolean hasMemory() {
            return true;
        }

        @Override
        public Step forward(INDArray input, State before) {
            INDArray z = input.add(before.h().mmul(recurrent));
            INDArray zi = gate(z, 0, units());
            INDArray zf = gate(z, 1, units());
            INDArray zo = gate(z, 2, units());
            INDArray zg = gate(z, 3, units());
            INDArray i = apply(activation, zi);
            INDArray f = apply(gateActivation, zf);
            INDArray o = apply(gateActivation, zo);
            INDArray g = apply(gateActivation, zg);
            INDArray c = f.mul(before.c()).addi(g.mul(i));
            INDArray squashed = apply(activation, c);
            State after = new State(o.mul(squashed), c);
            return new Step(before, after, new INDArray[] {zi, zf, zo, zg, i, f, o, g, squashed, c});
        }

        @Override
        public Back backward(Step step, State after) {
            INDArray[] k = step.kept();
            INDArray memory = slope(activation, k[9], after.h().mul(k[6])).add(after.c());
            INDArray dz = Nd4j.create(k[0].dataType(), new long[] {k[0].size(0), 4L * units()}, 'f');
            put(dz, 0, units(), slope(activation, k[0], memory.mul(k[7])));
            put(
                    dz,
                    1,
                    units(),
                    slope(gateActivation, k[1], memory.mul(step.before().c())));
            put(dz, 2, units(), slope(gateActivation, k[2], after.h().mul(k[8])));
            put(dz, 3, units(), slope(gateActivation, k[3], memory.mul(k[4])));
            return new Back(new State(dz.mmul(recurrent.transpose()), memory.mul(k[5])), dz);
        }
    }

    /**
     * The toolkit's GRU with the reset gate after the recurrent product; columns r, z, n.
     *
     * @param recurrent [units, 3 units]
     * @param candidateBias cn, [1, units]
     */
    record Gru(INDArray recurrent, INDArray candidateBias, IActivation activation, IActivation gateActivation)
            implements RecurrentCell {
        @Override
        public int units() {
            return (int) recurrent.size(0);
        }

        @Override
        public Step forward(INDArray input, State before) {
            INDArray rec = before.h().mmul(recurrent);
            INDArray zr = gate(input, 0, units()).addi(gate(rec, 0, units()));
            INDArray zz = gate(input, 1, units()).addi(gate(rec, 1, units()));
            INDArray inner = gate(rec, 2, units()).addiRowVector(candidateBias);
            INDArray r = apply(gateActivation, zr);
            INDArray z = apply(gateActivation, zz);
            INDArray zn = gate(input, 2, units()).addi(r.mul(inner));
            INDArray n = apply(activation, zn);
            INDArray h = before.h().sub(n).muli(z).addi(n);
            return new Step(before, new State(h, null), new INDArray[] {zr, zz, zn, inner, r, z, n});
        }

        @Override
        public Back backward(Step step, State after) {
            INDArray[] k = step.kept();
            INDArray dh = after.h();
            INDArray dzn = slope(activation, k[2], dh.mul(k[5].rsub(1)));
            INDArray dzz =
                    slope(gateActivation, k[1], step.before().h().sub(k[6]).muli(dh));
            INDArray dzr = slope(gateActivation, k[0], dzn.mul(k[3]));
            INDArray dInput = Nd4j.create(dh.dataType(), new long[] {dh.size(0), 3L * units()}, 'f');
            put(dInput, 0, units(), dzr);
            put(dInput, 1, units(), dzz);
            put(dInput, 2, units(), dzn);
            INDArray dRecurrent = dInput.dup('f');
            put(dRecurrent, 2, units(), dzn.mul(k[4]));
            INDArray before = dRecurrent.mmul(recurrent.transpose()).addi(dh.mul(k[5]));
            return new Back(new State(before, null), dInput);
        }
    }
}
