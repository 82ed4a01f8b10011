package org.steadygrad.engine.dl4j;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;
import org.nd4j.shade.jackson.databind.node.TextNode;

/**
 * Makes a configuration work on sequences [batch, size, time] whatever it was made for. Many of DL4J's layers and vertices take all
 * sequences for such: pooling, softmax, attention and reversing work along the wrong axis of [batch, time, size] without an error if
 * sizes happen to fit, and Convolution1D fails in its backward pass.
 */
final class TimeLast {
    private static final String MERGE = MergeVertex.class.getName();
    private static final String AXIS = "mergeAxis";
    /** It takes sequences for images one pixel wide. */
    private static final String POOLING = Subsampling1DLayer.class.getName();

    private static final String IMAGES = "cnn2dDataFormat";
    private static final String WRONG = RNNFormat.NWC.name();

    private TimeLast() {}

    /** @return the configuration itself if it has no layout to be changed, else a changed copy with the same parameters */
    static ComputationGraphConfiguration of(ComputationGraphConfiguration configuration) {
        ObjectMapper mapper = NeuralNetConfiguration.mapper();
        try {
            JsonNode tree = mapper.readTree(configuration.toJson());
            return change(tree)
                    ? ComputationGraphConfiguration.fromJson(mapper.writeValueAsString(tree))
                    : configuration;
        } catch (IOException e) {
            throw new UncheckedIOException("a configuration that can't be read as JSON", e);
        }
    }

    private static boolean change(JsonNode node) {
        boolean changed = false;
        String type = node.path("@class").asText();
        Iterator<Map.Entry<String, JsonNode>> fields = node.fields();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (field.getValue().asText().equals(WRONG) && field.getKey().endsWith("Format")) {
                field.setValue(TextNode.valueOf(RNNFormat.NCW.name()));
                changed = true;
            }
        }
        for (JsonNode inner : node) {
            changed |= change(inner);
        }
        if (type.equals(MERGE) && node.path(AXIS).asInt() == 2) {
            ((ObjectNode) node).put(AXIS, 1);
            changed = true;
        }
        if (type.equals(POOLING) && node.has(IMAGES)) {
            ((ObjectNode) node).put(IMAGES, CNN2DFormat.NCHW.name());
            changed = true;
        }
        return changed;
    }
}
