package org.steadygrad.forensics;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Looks for activation functions that take the exponential of too large a number, by themselves or in their derivative. */
final class Exponentials {
    private static final Set<Class<? extends IActivation>> TAKE_EXP = Set.of(
            ActivationSoftPlus.class,
            ActivationSwish.class,
            ActivationMish.class,
            ActivationGELU.class,
            ActivationSigmoid.class,
            ActivationTanH.class,
            ActivationSoftmax.class,
            ActivationELU.class,
            ActivationSELU.class);

    private Exponentials() {}

    static Optional<Cause> forward(Scene scene, String vertex) {
        return look(scene, vertex, false);
    }

    /** @param origin layer whose output's gradient, or whose parameters' gradient, isn't finite */
    static Optional<Cause> backward(Scene scene, String origin) {
        return scene.pass().withReaders(origin).stream()
                .flatMap(vertex -> look(scene, vertex, true).stream())
                .findFirst();
    }

    private static Optional<Cause> look(Scene scene, String vertex, boolean backward) {
        Optional<IActivation> function = scene.pass().function(vertex).filter(f -> TAKE_EXP.contains(f.getClass()));
        if (function.isEmpty()) {
            return Optional.empty();
        }
        INDArray arguments = scene.pass().preActivation(vertex);
        Magnitudes sizes = Magnitudes.of(arguments, scene.pass().examples()).from(scene.firstTimeStep());
        double most = Math.log(scene.limit());
        boolean large = sizes.largest() > most && sizes.largest() <= scene.limit();
        if (!large || !overflows(function.get(), arguments.castTo(DataType.FLOAT), backward)) {
            return Optional.empty();
        }
        return Optional.of(new Cause(
                Cause.Kind.EXP_OVERFLOW,
                String.format(
                        Locale.ROOT,
                        "The argument of %s%s in %s reaches %s, and exp(x) exceeds what the engine's numbers can hold"
                                + " from x = %.1f on; the largest is in %s.",
                        backward ? "the derivative of " : "",
                        function.get(),
                        vertex,
                        Words.number(sizes.largest()),
                        most,
                        scene.example().apply(sizes.example())),
                Map.of("largestArgument", sizes.largest(), "largestAllowed", most, "example", (double)
                        sizes.example())));
    }

    /** Many functions, and some of their derivatives, are written so that they don't overflow: it has to be tried. */
    private static boolean overflows(IActivation function, INDArray arguments, boolean backward) {
        INDArray result = backward
                ? function.backprop(arguments, Nd4j.onesLike(arguments)).getFirst()
                : function.getActivation(arguments, true);
        return Double.isInfinite(Tensors.largest(result));
    }
}
