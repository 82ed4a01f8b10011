package org.steadygrad.engine.plan;

import org.steadygrad.engine.EngineException;

/** A plan can't express a layer or one of its settings; the message names both. */
public final class UnsupportedModelException extends EngineException {
    private static final long serialVersionUID = 1L;

    /**
     * @param layer name of the DL4J vertex
     * @param what the kind of layer or setting, for example "activation hardsigmoid"
     */
    public UnsupportedModelException(String layer, String what) {
        super("layer " + layer + ": " + what + " isn't supported.");
    }
}
