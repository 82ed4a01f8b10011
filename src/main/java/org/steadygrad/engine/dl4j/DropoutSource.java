package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/** What the dropout masks of a pass depend on, for all layers of a graph. */
final class DropoutSource {
    private long seed;
    private long examples;
    private int streams;

    /**
     * Has the layers of a graph draw the masks that every engine draws. Layers count in topological order. Other kinds of
     * dropout, and dropout by a schedule, stay DL4J's.
     *
     * @param graph changed; belongs to an engine
     */
    static DropoutSource install(ComputationGraph graph) {
        DropoutSource source = new DropoutSource();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (vertex.hasLayer()) {
                source.install(vertex.getLayer().conf().getLayer(), false);
            }
        }
        return source;
    }

    private void install(Layer layer, boolean reverse) {
        if (layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop) {
            return;
        }
        if (layer instanceof BaseWrapperLayer wrapper) {
            install(wrapper.getUnderlying(), reverse);
        } else if (layer instanceof Bidirectional both) {
            install(both.getFwd(), false);
            install(both.getBwd(), true);
        } else if (drops(layer)) {
            double keep = ((Dropout) layer.getIDropout()).getP();
            layer.setIDropout(new SharedDropout(this, keep, streams++, LayerFacts.timeInMiddle(layer), reverse));
        }
    }

    private static boolean drops(Layer layer) {
        return layer.getIDropout() != null
                && layer.getIDropout().getClass() == Dropout.class
                && ((Dropout) layer.getIDropout()).getPSchedule() == null
                && ((Dropout) layer.getIDropout()).getP() != 1;
    }

    /** To be called before each pass. */
    void begin(long passSeed, long batchExamples) {
        seed = passSeed;
        examples = batchExamples;
    }

    long seed() {
        return seed;
    }

    long examples() {
        return examples;
    }
}
