package org.steadygrad.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.check.Nearest;

/**
 * What can be found wrong with a training run. The order is causal: of two findings of one run, that which stands higher
 * here is likelier to be the other's cause than the other way round. Input comes before initialisation, that before what
 * gradients do on their way, that before the size of steps, and what all of these bring about comes last.
 */
public enum FindingKind {
    @Doc("Values of the data aren't finite or are absurdly large.")
    BAD_INPUT,
    @Doc("A feature has the same value in all examples.")
    CONSTANT_INPUT,
    @Doc("The same batch comes again and again.")
    REPEATED_BATCH,
    @Doc("A feature is what is to be predicted.")
    LEAKING_TARGET,
    @Doc("Sequences end with rows that are there only to make them equally long.")
    UNMASKED_PADDING,
    @Doc("Layers of DL4J's read masked time steps like others in its own passes.")
    MASK_IGNORED,
    @Doc("Weights, activations or gradients of a layer are all 0.")
    ALL_ZERO,
    @Doc("Before the first step the signal or its gradient grows or shrinks from layer to layer.")
    POOR_INITIALISATION,
    @Doc("The gradient grows on its way back through time.")
    EXPLODING_THROUGH_TIME,
    @Doc("The gradient grows from layer to layer on its way to the input.")
    EXPLODING_GRADIENT,
    @Doc("The gradient shrinks from layer to layer on its way to the input.")
    VANISHING_GRADIENT,
    @Doc("The gradient doesn't reach back in time as far as the sequence, or the task, asks.")
    VANISHING_THROUGH_TIME,
    @Doc("Windows of truncated back-propagation cut a gradient that is still large, or a dependency that is known.")
    SHORT_TRUNCATION,
    @Doc("Elements of the gradient become 0 in 16-bit floats.")
    GRADIENT_UNDERFLOW,
    @Doc("Clipping acts on almost every step.")
    CLIP_ALWAYS,
    @Doc("The learning rate is too high: steps are large and the loss is the worse for it.")
    LEARNING_RATE_TOO_HIGH,
    @Doc("The learning rate is too low: steps are small, and the loss falls slowly or not at all.")
    LEARNING_RATE_TOO_LOW,
    @Doc("Units of a layer are 0 for the whole batch.")
    DEAD_UNITS,
    @Doc("Outputs of a layer lie at the bounds of its activation.")
    SATURATION,
    @Doc("A trained parameter doesn't change at all.")
    UNCHANGING_PARAMETER,
    @Doc("Steps change a parameter by a large share of its size.")
    UPDATES_TOO_LARGE,
    @Doc("Steps hardly change a parameter.")
    UPDATES_TOO_SMALL,
    @Doc("The loss rises far above where it was.")
    DIVERGING_LOSS,
    @Doc("The loss, an activation or a gradient isn't finite.")
    NON_FINITE,
    @Doc("The norm of the gradient jumps far above its median.")
    GRADIENT_SPIKES,
    @Doc("The loss jumps far above its median now and then.")
    LOSS_SPIKES,
    @Doc("The loss jumps about from step to step and doesn't get better.")
    OSCILLATING_LOSS,
    @Doc("A rare class is never named, though the model tells it apart.")
    CLASS_IMBALANCE,
    @Doc("The loss doesn't decrease.")
    LOSS_PLATEAU,
    @Doc("The training loss falls while the validation loss rises.")
    OVERFITTING,
    @Doc("Training waits for data most of the time.")
    STALLED_INPUT,
    @Doc("Clipping never acts.")
    CLIP_NEVER;

    /** The name in run files, logs and reports, for example {@code vanishing-gradient}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What it means, in a sentence. */
    public String meaning() {
        try {
            return FindingKind.class.getField(name()).getAnnotation(Doc.class).value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of all kinds, in causal order. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(FindingKind::id).toList();
    }

    /**
     * @param who asks, for the error
     * @throws InvalidInputException when no finding has this name, with the nearest one
     */
    public static FindingKind of(String id, String who) {
        return Arrays.stream(values())
                .filter(kind -> kind.id().equals(id))
                .findFirst()
                .orElseThrow(() -> InvalidInputException.of(
                        who,
                        "the name of a finding",
                        id,
                        Nearest.to(id, ids())
                                .map(near -> "Did you mean " + near + "?")
                                .orElse("There are: " + String.join(", ", ids()) + ".")));
    }
}
