package org.steadygrad.engine.cuda;

/** Runs whole training steps on a GPU. */
final class CudaEngineProvider {
    static final String NAME = "cuda";

    private CudaEngineProvider() {}
}
