package org.steadygrad.forensics;

import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;

/** Looks for what made an activation overflow. */
final class ForwardSuspects {
    private final Scene scene;
    private final DoublePass pass;

    ForwardSuspects(Scene scene) {
        this.scene = scene;
        pass = scene.pass();
    }

    /** @param origin in an activation */
    Optional<Cause> look(NonFiniteOrigin origin) {
        for (String vertex : pass.activations().keySet()) {
            Magnitudes sizes = scene.magnitudes(vertex);
            if (sizes.largest() > scene.limit()) {
                return Optional.of(overflow(vertex, sizes));
            }
            if (vertex.equals(origin.layer())) {
                break;
            }
        }
        return inside(origin.layer());
    }

    private Cause overflow(String vertex, Magnitudes sizes) {
        if (pass.recurrent(vertex)) {
            Magnitudes whole = Magnitudes.of(pass.activations().get(vertex), pass.examples());
            Optional<Cause> growth = growth(vertex, whole);
            if (growth.isPresent()) {
                return growth.get();
            }
        }
        Magnitudes input =
                scene.magnitudes(pass.activations().keySet().iterator().next());
        return new Cause(
                Cause.Kind.PRODUCT_OVERFLOW,
                "In double precision the activations of " + vertex + " reach " + Words.number(sizes.largest())
                        + ", more than the " + Words.number(scene.limit())
                        + " that the engine's numbers can hold, from " + Words.number(input.largest())
                        + " at the input; the largest is in " + scene.example().apply(sizes.example()) + ".",
                Map.of(
                        "largestActivation", sizes.largest(),
                        "largestInput", input.largest(),
                        "example", (double) sizes.example()));
    }

    /** Growth of the state, in earlier windows too, from its first step that isn't 0 to the one that overflows. */
    private Optional<Cause> growth(String vertex, Magnitudes sizes) {
        double[] size = sizes.byStep();
        int first = sizes.firstAbove(0);
        int last = sizes.firstAbove(scene.limit());
        while (last > first && Double.isInfinite(size[last])) {
            last--;
        }
        if (last - first < 2) {
            return Optional.empty();
        }
        double factor = Math.pow(size[last] / size[first], 1.0 / (last - first));
        return factor < Scene.GROWTH
                ? Optional.empty()
                : Optional.of(new Cause(
                        Cause.Kind.RECURRENT_GROWTH,
                        "The recurrence of " + vertex
                                + " isn't stable: in double precision its state grows by a factor of "
                                + Words.number(factor) + " per time step, from " + Words.number(size[first])
                                + " at step " + first + " to " + Words.number(size[last]) + " at step " + last + ".",
                        Map.of(
                                "growthPerStep",
                                factor,
                                "growsFrom",
                                size[first],
                                "growsTo",
                                size[last],
                                "overflowStep",
                                (double) sizes.firstAbove(scene.limit()))));
    }

    /** Sums that overflow within a layer although a bounded function comes after them. */
    private Optional<Cause> inside(String vertex) {
        double input = pass.largestInput(vertex);
        for (Map.Entry<String, INDArray> parameter : pass.parameters(vertex).entrySet()) {
            INDArray matrix = parameter.getValue();
            double factor =
                    parameter.getKey().contains("RW") ? scene.magnitudes(vertex).largest() : input;
            double sum = matrix.rank() < 2
                    ? 0
                    : Tensors.largest(Transforms.abs(matrix, true).sum(0)) * factor;
            if (sum > scene.limit()) {
                String name = vertex + "_" + parameter.getKey();
                return Optional.of(new Cause(
                        Cause.Kind.PRODUCT_OVERFLOW,
                        "The products of " + name + " with inputs of up to " + Words.number(factor) + " add up to "
                                + Words.number(sum) + ", more than the " + Words.number(scene.limit())
                                + " that the engine's numbers can hold.",
                        Map.of("largestSum", sum, "largestFactor", factor)));
            }
        }
        return Optional.empty();
    }
}
