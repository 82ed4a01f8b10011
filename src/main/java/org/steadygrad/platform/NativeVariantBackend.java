package org.steadygrad.platform;

import org.nd4j.common.io.Resource;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * Not a back end: ND4J constructs all that are on the class path before it loads one, and that is the one moment in
 * every program, also in those that only use a layer of ours, at which the native build can still be chosen.
 */
public final class NativeVariantBackend extends Nd4jBackend {

    /** Chooses the build of nd4j-native. */
    public NativeVariantBackend() {
        NativeVariant.select();
    }

    @Override
    public int getPriority() {
        return Integer.MIN_VALUE / 2;
    }

    @Override
    public boolean isAvailable() {
        return false;
    }

    @Override
    public boolean canRun() {
        return false;
    }

    @Override
    public boolean allowsOrder() {
        return false;
    }

    @Override
    public Resource getConfigurationResource() {
        throw notABackend();
    }

    @Override
    public Class<?> getNDArrayClass() {
        throw notABackend();
    }

    @Override
    public Environment getEnvironment() {
        throw notABackend();
    }

    @Override
    public String buildInfo() {
        throw notABackend();
    }

    @Override
    public void logBackendInit() {}

    private static UnsupportedOperationException notABackend() {
        return new UnsupportedOperationException("NativeVariantBackend only chooses the build of nd4j-native");
    }
}
