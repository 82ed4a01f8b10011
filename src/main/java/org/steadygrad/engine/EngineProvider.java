package org.steadygrad.engine;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Makes engines of one kind. Found through {@link java.util.ServiceLoader}; constructing a provider loads no native
 * library.
 */
public interface EngineProvider {

    /** The name that {@code --engine} takes. */
    String name();

    /** {@code auto} takes the usable engine of the highest rank that supports the model. */
    int rank();

    /** Whether the engine can be used on this machine. Never throws. */
    Availability probe();

    /**
     * Why the engine can't be used with a certain device of this machine; empty when it can. Never throws.
     *
     * @param device from 0
     */
    default Optional<String> unusableDevice(int device) {
        return Optional.of("it has no devices to choose from. Name it without a number: " + name() + ".");
    }

    /** Why the engine can't run the model, naming the layer or setting; empty when it can. */
    Optional<String> unsupported(ComputationGraph model);

    /**
     * Makes an engine that starts from the model's parameters and updater state. The model is only changed by
     * {@link Engine#exportTo}.
     *
     * @param model an initialised model
     * @param settings what the engine may use of the machine
     * @throws EngineException when the engine isn't usable or doesn't support the model
     */
    Engine create(ComputationGraph model, EngineSettings settings);

    /** {@link #create(ComputationGraph, EngineSettings)} with {@link EngineSettings#DEFAULT}. */
    default Engine create(ComputationGraph model) {
        return create(model, EngineSettings.DEFAULT);
    }
}
