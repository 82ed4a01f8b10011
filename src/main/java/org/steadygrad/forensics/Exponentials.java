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
        return look(scene, vertex, "");
    }

    /** @param origin layer whose output's gradient, or whose parameters' gradient, isn't finite */
    static Optional<Cause> backward(Scene scene, String origin) {
        return scene.pass().withReaders(origin).stream()
                .flatMap(vertex -> look(scene, vertex, "the derivative of ").stream())
                .findFirst();
    }

    private static Optional<Cause> look(Scene scene, String vertex, String part) {
        Optional<IActivation> function = scene.pass().function(vertex).filter(f -> TAKE_EXP.contains(f.getClass()));
        if (function.isEmpty()) {
            return Optional.empty();
        }
        Magnitudes sizes = Magnitudes.of(
                        scene.pass().preActivation(vertex), scene.pass().examples())
                .from(scene.firstTimeStep());
        double most = Math.log(scene.limit());
        if (!(sizes.largest() > most)) {
            return Optional.empty();
        }
        return Optional.of(new Cause(
                Cause.Kind.EXP_OVERFLOW,
                String.format(
                        Locale.ROOT,
                        "The argument of %s%s in %s reaches %s, and exp(x) exceeds what the engine's numbers can hold"
                                + " from x = %.1f on; the largest is in %s.",
                        part,
                        function.get(),
                        vertex,
                        Words.number(sizes.largest()),
                        most,
                        scene.example().apply(sizes.example())),
                Map.of("largestArgument", sizes.largest(), "largestAllowed", most, "example", (double)
                        sizes.example())));
    }
}
