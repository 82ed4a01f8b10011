package org.steadygrad.spec;

import java.util.List;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;

/** The network of a run file. */
public record ModelSpec(
        @Doc("The layers, input to output.") List<LayerSpec> layers,
        @Doc(
                        "Rescales the layers' weights before training so that each one's outputs have variance 1 (LSUV, Mishkin and Matas 2016).")
                @Default("false")
                boolean lsuv) {
    public ModelSpec {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw InvalidInputException.of(
                    "model.layers", "at least one layer", "an empty list", "For example: - gru: {units: 64}");
        }
        for (int i = 0; i < layers.size() - 1; i++) {
            if (layers.get(i) instanceof LayerSpec.Output) {
                throw InvalidInputException.of(
                        "model.layers",
                        "output to be the last layer",
                        "output as layer " + (i + 1),
                        "Move it to the end.");
            }
        }
    }

    private static final Cases<LayerSpec, Boolean> ALONG_TIME = Cases.<LayerSpec, Boolean>of(LayerSpec.class)
            .on(LayerSpec.Dense.class, layer -> false)
            .on(LayerSpec.Stack.class, layer -> false)
            .on(LayerSpec.Embedding.class, layer -> false)
            .on(LayerSpec.Recurrent.class, layer -> true)
            .on(LayerSpec.BatchNorm.class, layer -> false)
            .on(LayerSpec.Activate.class, layer -> false)
            .on(LayerSpec.Dropout.class, layer -> false)
            .on(LayerSpec.Pool.class, layer -> true)
            .on(LayerSpec.Output.class, layer -> false)
            .complete();

    /** Whether what comes out at a time step depends on other time steps. */
    public boolean readsAlongTime() {
        return layers.stream().anyMatch(ALONG_TIME::of);
    }

    /** These layers, input to output, with the defaults of the run file for everything else. */
    public static ModelSpec of(LayerSpec... layers) {
        return of(List.of(layers));
    }

    /** What is given, with the defaults of the run file for everything else. */
    public static ModelSpec of(List<LayerSpec> layers) {
        return Parts.of(ModelSpec.class, layers);
    }

    /** This with another {@link #lsuv}. */
    public ModelSpec withLsuv(boolean value) {
        return Parts.with(this, "lsuv", value);
    }
}
