package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.PEEPHOLE_KEY;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.RECURRENT_BIAS_KEY;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.RECURRENT_WEIGHT_KEY;

import java.util.Map;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** One step of a {@link GeneralRecurrent}, and its derivatives; rows are examples. */
final class GeneralCell {
    private final GeneralRecurrent conf;
    private final INDArray recurrent;
    private final INDArray recurrentBias;
    private final INDArray peepholes;
    private final long units;

    /**
     * @param recurrentBias null if there is none
     * @param peepholes null if there are none
     */
    GeneralCell(GeneralRecurrent conf, INDArray recurrent, INDArray recurrentBias, INDArray peepholes) {
        this.conf = conf;
        this.recurrent = recurrent;
        this.recurrentBias = recurrentBias;
        this.peepholes = peepholes;
        this.units = conf.getNOut();
    }

    /**
     * What the backward pass needs of a step.
     *
     * @param in the step's input
     * @param before states before
     * @param arguments of the functions, gate beside gate, not clipped
     * @param values of the functions, likewise
     * @param inner of a GRU {@code h R + c} of the candidate, of one with reset before {@code r h}; of an LSTM {@code output(c')}
     * @param states after
     */
    record Tape(
            INDArray in, INDArray[] before, INDArray arguments, INDArray values, INDArray inner, INDArray[] states) {}

    /** @param sums gradients of the input's sums @param states gradients of the states before */
    record Slopes(INDArray sums, INDArray[] states) {}

    private INDArray gate(INDArray side, int gate) {
        return side.get(all(), interval(gate * units, (gate + 1) * units));
    }

    private INDArray peephole(int gate) {
        return peepholes.get(interval(gate * units, (gate + 1) * units));
    }

    private INDArray value(IActivation function, INDArray argument) {
        return function.getActivation(clipped(argument), false);
    }

    private INDArray clipped(INDArray argument) {
        INDArray copy = argument.dup('c');
        if (conf.getClip() < Double.MAX_VALUE) {
            Transforms.max(copy, -conf.getClip(), false);
            Transforms.min(copy, conf.getClip(), false);
        }
        return copy;
    }

    /** Gradient of the argument; 0 where it was clipped. */
    private INDArray slope(IActivation function, INDArray argument, INDArray epsilon) {
        INDArray result = function.backprop(clipped(argument), epsilon.dup('c'))
                .getFirst()
                .dup('c');
        if (conf.getClip() < Double.MAX_VALUE) {
            INDArray magnitude = Transforms.abs(argument.dup('c'), true);
            result.muli(magnitude.lte(conf.getClip()).castTo(result.dataType()));
        }
        return result;
    }

    /** @param sums of the input and its bias, gate beside gate */
    Tape forward(INDArray in, INDArray sums, INDArray... before) {
        return switch (conf.getCell()) {
            case SIMPLE -> simple(in, sums, before);
            case LSTM -> lstm(in, sums, before);
            case GRU_RESET_AFTER, GRU_RESET_BEFORE -> gru(in, sums, before);
        };
    }

    /** @param above gradients of the states after @param gradients of the parameters; added to */
    Slopes backward(Tape tape, INDArray[] above, Map<String, INDArray> gradients) {
        return switch (conf.getCell()) {
            case SIMPLE -> simpleBack(tape, above, gradients);
            case LSTM -> lstmBack(tape, above, gradients);
            case GRU_RESET_AFTER, GRU_RESET_BEFORE -> gruBack(tape, above, gradients);
        };
    }

    private Tape simple(INDArray in, INDArray sums, INDArray... before) {
        INDArray arguments = sums.add(before[0].mmul(recurrent));
        INDArray h = value(conf.getActivationFn(), arguments);
        return new Tape(in, before.clone(), arguments, h, null, new INDArray[] {h});
    }

    private Slopes simpleBack(Tape tape, INDArray[] above, Map<String, INDArray> gradients) {
        INDArray sums = slope(conf.getActivationFn(), tape.arguments, above[0]);
        gradients.get(RECURRENT_WEIGHT_KEY).addi(tape.before[0].transpose().mmul(sums));
        return new Slopes(sums, new INDArray[] {sums.mmul(recurrent.transpose())});
    }

    private Tape lstm(INDArray in, INDArray sums, INDArray... before) {
        INDArray arguments = sums.add(before[0].mmul(recurrent));
        INDArray c = before[1];
        if (peepholes != null) {
            gate(arguments, 0).addi(c.mulRowVector(peephole(0)));
            gate(arguments, 1).addi(c.mulRowVector(peephole(1)));
        }
        INDArray values = arguments.like();
        gate(values, 0).assign(value(conf.getGateActivation(), gate(arguments, 0)));
        gate(values, 1).assign(value(conf.getGateActivation(), gate(arguments, 1)));
        gate(values, 2).assign(value(conf.getActivationFn(), gate(arguments, 2)));
        INDArray next = gate(values, 1).mul(c).addi(gate(values, 0).mul(gate(values, 2)));
        if (peepholes != null) {
            gate(arguments, 3).addi(next.mulRowVector(peephole(2)));
        }
        gate(values, 3).assign(value(conf.getGateActivation(), gate(arguments, 3)));
        INDArray shown = conf.getOutputActivation().getActivation(next.dup('c'), false);
        INDArray h = gate(values, 3).mul(shown);
        return new Tape(in, before.clone(), arguments, values, shown, new INDArray[] {h, next});
    }

    private Slopes lstmBack(Tape tape, INDArray[] above, Map<String, INDArray> gradients) {
        INDArray before = tape.before[1];
        INDArray next = tape.states[1];
        INDArray sums = tape.arguments.like();
        INDArray o = slope(conf.getGateActivation(), gate(tape.arguments, 3), above[0].mul(tape.inner));
        gate(sums, 3).assign(o);
        INDArray c = above[1].add(conf.getOutputActivation()
                .backprop(next.dup('c'), above[0].mul(gate(tape.values, 3)).dup('c'))
                .getFirst());
        if (peepholes != null) {
            c.addi(o.mulRowVector(peephole(2)));
        }
        INDArray i = slope(conf.getGateActivation(), gate(tape.arguments, 0), c.mul(gate(tape.values, 2)));
        INDArray f = slope(conf.getGateActivation(), gate(tape.arguments, 1), c.mul(before));
        gate(sums, 0).assign(i);
        gate(sums, 1).assign(f);
        gate(sums, 2).assign(slope(conf.getActivationFn(), gate(tape.arguments, 2), c.mul(gate(tape.values, 0))));
        INDArray back = c.mul(gate(tape.values, 1));
        if (peepholes != null) {
            back.addi(i.mulRowVector(peephole(0))).addi(f.mulRowVector(peephole(1)));
            INDArray slopes = gradients.get(PEEPHOLE_KEY);
            slopes.get(interval(0, units)).addi(i.mul(before).sum(0));
            slopes.get(interval(units, 2 * units)).addi(f.mul(before).sum(0));
            slopes.get(interval(2 * units, 3 * units)).addi(o.mul(next).sum(0));
        }
        gradients.get(RECURRENT_WEIGHT_KEY).addi(tape.before[0].transpose().mmul(sums));
        return new Slopes(sums, new INDArray[] {sums.mmul(recurrent.transpose()), back});
    }

    private INDArray withBias(INDArray product, int from, int to) {
        return recurrentBias == null
                ? product
                : product.addiRowVector(recurrentBias.get(interval(from * units, to * units)));
    }

    private INDArray columns(INDArray matrix, int from, int to) {
        return matrix.get(all(), interval(from * units, to * units)).dup('c');
    }

    private Tape gru(INDArray in, INDArray sums, INDArray... before) {
        INDArray h = before[0];
        INDArray arguments = sums.dup('c');
        INDArray back = withBias(h.mmul(columns(recurrent, 0, 2)), 0, 2);
        arguments.get(all(), interval(0, 2 * units)).addi(back);
        INDArray values = arguments.like();
        values.get(all(), interval(0, 2 * units)).assign(value(conf.getGateActivation(), columns(arguments, 0, 2)));
        INDArray r = gate(values, 1);
        INDArray inner;
        if (conf.getCell() == GeneralRecurrent.Cell.GRU_RESET_AFTER) {
            inner = withBias(h.mmul(columns(recurrent, 2, 3)), 2, 3);
            gate(arguments, 2).addi(r.mul(inner));
        } else {
            inner = r.mul(h);
            gate(arguments, 2).addi(withBias(inner.mmul(columns(recurrent, 2, 3)), 2, 3));
        }
        INDArray n = value(conf.getActivationFn(), gate(arguments, 2));
        gate(values, 2).assign(n);
        INDArray z = gate(values, 0);
        INDArray next = z.mul(h).addi(z.rsub(1).muli(n));
        return new Tape(in, before.clone(), arguments, values, inner, new INDArray[] {next});
    }

    private Slopes gruBack(Tape tape, INDArray[] above, Map<String, INDArray> gradients) {
        INDArray h = tape.before[0];
        INDArray z = gate(tape.values, 0);
        INDArray r = gate(tape.values, 1);
        INDArray n = gate(tape.values, 2);
        INDArray sums = tape.arguments.like();
        INDArray candidate = slope(conf.getActivationFn(), gate(tape.arguments, 2), above[0].mul(z.rsub(1)));
        gate(sums, 2).assign(candidate);
        gate(sums, 0).assign(slope(conf.getGateActivation(), gate(tape.arguments, 0), above[0].mul(h.sub(n))));
        INDArray back = above[0].mul(z);
        INDArray ofCandidate = columns(recurrent, 2, 3);
        // gradient of h R + c of the candidate
        INDArray product;
        INDArray ofReset;
        INDArray state;
        boolean after = conf.getCell() == GeneralRecurrent.Cell.GRU_RESET_AFTER;
        if (after) {
            product = candidate.mul(r);
            ofReset = candidate.mul(tape.inner);
            state = product.mmul(ofCandidate.transpose());
        } else {
            product = candidate;
            INDArray inner = candidate.mmul(ofCandidate.transpose());
            ofReset = inner.mul(h);
            state = inner.mul(r);
        }
        gate(sums, 1).assign(slope(conf.getGateActivation(), gate(tape.arguments, 1), ofReset));
        INDArray gates = columns(sums, 0, 2);
        back.addi(state).addi(gates.mmul(columns(recurrent, 0, 2).transpose()));
        INDArray slopes = gradients.get(RECURRENT_WEIGHT_KEY);
        slopes.get(all(), interval(0, 2 * units)).addi(h.transpose().mmul(gates));
        slopes.get(all(), interval(2 * units, 3 * units))
                .addi((after ? h : tape.inner).transpose().mmul(product));
        if (recurrentBias != null) {
            INDArray biases = gradients.get(RECURRENT_BIAS_KEY);
            biases.get(interval(0, 2 * units)).addi(gates.sum(0));
            biases.get(interval(2 * units, 3 * units)).addi(product.sum(0));
        }
        return new Slopes(sums, new INDArray[] {back});
    }
}
