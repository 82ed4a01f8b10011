package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/** What dropout of layers' inputs becomes. */
final class DropoutTranslation {
    private DropoutTranslation() {}

    /**
     * What a layer reads when its input goes through this dropout first.
     *
     * @param dropout may be null
     */
    static Value apply(PlanBuilder plan, String layer, IDropout dropout, Value input) {
        if (dropout == null || plan.inference()) {
            return input;
        }
        if (dropout.getClass() != Dropout.class) {
            throw new UnsupportedModelException(
                    layer, "dropout of kind " + dropout.getClass().getSimpleName());
        }
        if (((Dropout) dropout).getPSchedule() != null) {
            throw new UnsupportedModelException(layer, "dropout by a schedule");
        }
        if (!drops(dropout)) {
            return input;
        }
        Value output = plan.newValue(layer, input.size(), input.rows());
        double keep = ((Dropout) dropout).getP();
        return plan.add(new PlanOperation.Dropout(layer, input, output, keep, plan.nextStream()));
    }

    /** Whether DL4J keeps such a layer's dropout setting but never applies it. */
    static boolean ignoredBy(Layer layer) {
        return layer instanceof BatchNormalization
                || layer instanceof ActivationLayer
                || layer instanceof EmbeddingLayer
                || layer instanceof EmbeddingSequenceLayer
                || layer instanceof GlobalPoolingLayer;
    }

    /** Leaves out the stream of random numbers of a layer that ignores its dropout: streams count layers with a setting. */
    static void skip(PlanBuilder plan, IDropout dropout) {
        if (drops(dropout) && !plan.inference()) {
            plan.nextStream();
        }
    }

    private static boolean drops(IDropout dropout) {
        return dropout != null
                && dropout.getClass() == Dropout.class
                && ((Dropout) dropout).getPSchedule() == null
                && ((Dropout) dropout).getP() != 1;
    }
}
