package org.steadygrad.exchange.graph;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.steadygrad.check.Check;

/**
 * What a recurrent layer computes at a step: {@code x} is the step's input, {@code h} the state before, {@code h'} after it. Matrices stand
 * right of rows, {@code x W}, with a block of columns for each gate; {@code I} is the size of the input, {@code U} that of the state.
 */
public sealed interface Cell {
    /** [I, gates U]. */
    Weight kernel();

    /** [U, gates U]. */
    Weight recurrent();

    /** Number of blocks of columns in {@link #kernel}. */
    int gates();

    /** Number of states: 1, or 2 for the LSTM, (h, c). */
    default int states() {
        return 1;
    }

    /** U. */
    default int units() {
        return recurrent().size(0);
    }

    /** I. */
    default int inputs() {
        return kernel().size(0);
    }

    /** All arrays, in the order of the components. */
    List<Weight> weights();

    /** The same cell with other arrays. @param change what stands in the place of an array, of the same shape */
    Cell withWeights(UnaryOperator<Weight> change);

    private static void check(int gates, Weight kernel, Weight recurrent) {
        String who = "recurrent cell";
        Check.that(kernel.shape().size() == 2, who, "a matrix as " + kernel.name(), "shape " + kernel.shape());
        Check.that(recurrent.shape().size() == 2, who, "a matrix as " + recurrent.name(), "shape " + recurrent.shape());
        int columns = gates * recurrent.size(0);
        recurrent.requireShape(who, recurrent.size(0), columns);
        kernel.requireShape(who, kernel.size(0), columns);
        Check.positive(recurrent.size(0), who, "number of units");
        Check.positive(kernel.size(0), who, "size of the input");
    }

    private static void checkVector(Optional<Weight> vector, int size) {
        vector.ifPresent(weight -> weight.requireShape("recurrent cell", size));
    }

    private static List<Weight> all(Weight kernel, Weight recurrent, Stream<Optional<Weight>> more) {
        return Stream.concat(Stream.of(kernel, recurrent), more.flatMap(Optional::stream))
                .toList();
    }

    /**
     * {@code h' = activation(x W + h R + b)}.
     *
     * @param kernel W, [I, U]
     * @param recurrent R, [U, U]
     * @param bias b, [U]
     * @param activation elementwise
     */
    record Simple(Weight kernel, Weight recurrent, Optional<Weight> bias, Function activation) implements Cell {
        public Simple {
            check(1, kernel, recurrent);
            checkVector(bias, recurrent.size(0));
            Check.that(activation.elementwise(), "recurrent cell", "an elementwise activation", activation);
        }

        @Override
        public int gates() {
            return 1;
        }

        @Override
        public Cell withWeights(UnaryOperator<Weight> change) {
            return new Simple(change.apply(kernel), change.apply(recurrent), bias.map(change), activation);
        }

        @Override
        public List<Weight> weights() {
            return all(kernel, recurrent, Stream.of(bias));
        }
    }

    /**
     * Gates in the order i, f, g, o (Keras calls g "c"):
     *
     * <pre>
     * i  = gate(x Wi + h Ri + bi + pi * c)
     * f  = gate(x Wf + h Rf + bf + pf * c)
     * g  = candidate(x Wg + h Rg + bg)
     * c' = f * c + i * g
     * o  = gate(x Wo + h Ro + bo + po * c')
     * h' = o * output(c')
     * </pre>
     *
     * @param kernel W, [I, 4 U]
     * @param recurrent R, [U, 4 U]
     * @param bias b, [4 U]
     * @param peepholes p, [3 U] in the order i, f, o
     * @param gate elementwise
     * @param candidate elementwise
     * @param output elementwise
     */
    record Lstm(
            Weight kernel,
            Weight recurrent,
            Optional<Weight> bias,
            Optional<Weight> peepholes,
            Function gate,
            Function candidate,
            Function output)
            implements Cell {
        public Lstm {
            check(4, kernel, recurrent);
            checkVector(bias, 4 * recurrent.size(0));
            checkVector(peepholes, 3 * recurrent.size(0));
            Check.that(
                    gate.elementwise() && candidate.elementwise() && output.elementwise(),
                    "recurrent cell",
                    "elementwise activations",
                    List.of(gate, candidate, output));
        }

        @Override
        public int gates() {
            return 4;
        }

        @Override
        public int states() {
            return 2;
        }

        @Override
        public Cell withWeights(UnaryOperator<Weight> change) {
            return new Lstm(
                    change.apply(kernel),
                    change.apply(recurrent),
                    bias.map(change),
                    peepholes.map(change),
                    gate,
                    candidate,
                    output);
        }

        @Override
        public List<Weight> weights() {
            return all(kernel, recurrent, Stream.of(bias, peepholes));
        }
    }

    /**
     * Gates in the order z, r, n (Keras calls n "h"; PyTorch has r, z, n):
     *
     * <pre>
     * z  = gate(x Wz + bz + h Rz + cz)
     * r  = gate(x Wr + br + h Rr + cr)
     * n  = candidate(x Wn + bn + r * (h Rn + cn))      reset after the product: Keras by default, PyTorch, cuDNN
     * n  = candidate(x Wn + bn + (r * h) Rn + cn)      reset before: Keras 1, ONNX by default
     * h' = z * h + (1 - z) * n
     * </pre>
     *
     * @param kernel W, [I, 3 U]
     * @param recurrent R, [U, 3 U]
     * @param inputBias b, [3 U]
     * @param recurrentBias c, [3 U]
     * @param resetAfter which n it is
     * @param gate elementwise
     * @param candidate elementwise
     */
    record Gru(
            Weight kernel,
            Weight recurrent,
            Optional<Weight> inputBias,
            Optional<Weight> recurrentBias,
            boolean resetAfter,
            Function gate,
            Function candidate)
            implements Cell {
        public Gru {
            check(3, kernel, recurrent);
            checkVector(inputBias, 3 * recurrent.size(0));
            checkVector(recurrentBias, 3 * recurrent.size(0));
            Check.that(
                    gate.elementwise() && candidate.elementwise(),
                    "recurrent cell",
                    "elementwise activations",
                    List.of(gate, candidate));
        }

        @Override
        public int gates() {
            return 3;
        }

        @Override
        public Cell withWeights(UnaryOperator<Weight> change) {
            return new Gru(
                    change.apply(kernel),
                    change.apply(recurrent),
                    inputBias.map(change),
                    recurrentBias.map(change),
                    resetAfter,
                    gate,
                    candidate);
        }

        @Override
        public List<Weight> weights() {
            return all(kernel, recurrent, Stream.of(inputBias, recurrentBias));
        }
    }
}
