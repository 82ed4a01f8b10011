package org.steadygrad.benchmarks;

import ai.djl.engine.Engine;

/** The PyTorch engine of DJL, started with settings that keep it off the network. */
final class Torch {
    static final String ENGINE = "PyTorch";

    /** Peer's name in results; the version is that of the natives that the build file names. */
    static final String NAME = "djl-pytorch-" + System.getProperty("benchmark.pytorch", "2.7.1");

    private Torch() {}

    /** @param threads for every operation */
    static void start(int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("PYTORCH_FLAVOR", "cpu");
        engine();
    }

    static Engine engine() {
        return Engine.getEngine(ENGINE);
    }
}
