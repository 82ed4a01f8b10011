package org.steadygrad.engine.cuda.driver;

import org.steadygrad.engine.EngineException;

/** A call to CUDA, cuBLAS, cuDNN or NVRTC that failed. */
public final class CudaException extends EngineException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** What a failure means to whoever trains. */
    public enum Kind {
        /** The device has not enough free memory for what was asked; it goes on working. */
        OUT_OF_MEMORY,
        /** The host has not enough memory that the device could read; both go on working. */
        OUT_OF_HOST_MEMORY,
        /** Another program has the device for itself. */
        DEVICE_TAKEN,
        /** The device or its context can't be used any more; only a new process can. */
        DEVICE_LOST,
        /** A call was refused. */
        OTHER
    }

    CudaException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether less would have been possible. */
    public boolean outOfMemory() {
        return kind == Kind.OUT_OF_MEMORY || kind == Kind.OUT_OF_HOST_MEMORY;
    }
}
