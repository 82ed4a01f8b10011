package org.steadygrad.model;

import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.ArrayMemory;
import org.steadygrad.spec.LayerSpec;

/**
 * How much memory a model takes at least, known from its description alone: nothing is made that can't be had.
 *
 * @param parameters number of them, running statistics included
 * @param state number of values that updaters keep
 */
record ModelSize(long parameters, long state) {
    /** What a layer's description takes on Java's heap in DL4J, over all. */
    private static final long BYTES_PER_LAYER = 12_000;

    /** The model, its copy for checkpoints, and the engine's parameters and gradient. */
    private static final int VECTORS = 4;

    static ModelSize of(ComputationGraphConfiguration configuration) {
        long parameters = 0;
        long state = 0;
        for (GraphVertex vertex : configuration.getVertices().values()) {
            long own = vertex.numParams(true);
            parameters = saturated(parameters, own);
            if (vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof BaseLayer base
                    && base.getIUpdater() != null) {
                state = saturated(state, base.getIUpdater().stateSize(own));
            }
        }
        return new ModelSize(parameters, state);
    }

    private static long saturated(long sum, long more) {
        return more < 0 || sum + more < 0 ? Long.MAX_VALUE : sum + more;
    }

    /**
     * Refuses what can't be trained on this machine.
     *
     * @throws InvalidInputException with what is needed and what there is
     */
    void check() {
        check(ArrayMemory.limit(), Nd4j.defaultFloatingPointType().width());
    }

    void check(long limit, int width) {
        if (parameters > Integer.MAX_VALUE) {
            throw refused(
                    String.format(Locale.ROOT, "at most %,d parameters, which a vector can hold", Integer.MAX_VALUE),
                    "");
        }
        long needed = width * (VECTORS * parameters + state);
        if (needed > limit) {
            throw refused(
                    "a model that fits into the " + gib(limit) + " that arrays may take here",
                    ", " + gib(needed) + " with gradient, updater state and the copy for checkpoints");
        }
    }

    private InvalidInputException refused(String expected, String more) {
        return InvalidInputException.of(
                "model",
                expected,
                new Got(String.format(Locale.ROOT, "%,d parameters", parameters) + more),
                "Take fewer units or layers; -Xmx and -Dorg.bytedeco.javacpp.maxbytes set what arrays may take.");
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%,.1f GiB", bytes / (double) (1L << 30));
    }

    /** Shown without quotation marks. */
    private record Got(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Refuses as many layers as can't be described on Java's heap.
     *
     * @param heap most that Java may take, in bytes
     */
    static void checkLayers(List<LayerSpec> layers, long heap) {
        long number = 0;
        for (LayerSpec layer : layers) {
            number += layer instanceof LayerSpec.Stack stack
                    ? stack.depth()
                    : layer instanceof LayerSpec.Recurrent recurrent ? recurrent.layers() : 1;
        }
        if (number > heap / BYTES_PER_LAYER) {
            throw InvalidInputException.of(
                    "model.layers",
                    String.format(
                            Locale.ROOT,
                            "at most %,d layers, whose descriptions fit into Java's heap of %s",
                            heap / BYTES_PER_LAYER,
                            gib(heap)),
                    new Got(String.format(Locale.ROOT, "%,d", number)),
                    "Take fewer, or give Java more with -Xmx.");
        }
    }
}
