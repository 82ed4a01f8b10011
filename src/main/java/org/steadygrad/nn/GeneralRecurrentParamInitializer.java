package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;

/**
 * Parameters of a {@link GeneralRecurrent} as views of one flat vector, in this order and 'f' order, with gates as at {@link
 * GeneralRecurrent.Cell}:
 *
 * <pre>
 * W   [nIn, gates nOut]
 * RW  [nOut, gates nOut]
 * b   [gates nOut]          if biased
 * rb  [gates nOut]          if recurrentBiased
 * p   [3 nOut]              if there are peepholes: i, f, o
 * </pre>
 *
 * W and RW start as the layer's initialisers say, vectors at 0.
 */
public final class GeneralRecurrentParamInitializer implements ParamInitializer {
    /** Key of W. */
    public static final String INPUT_WEIGHT_KEY = "W";
    /** Key of R. */
    public static final String RECURRENT_WEIGHT_KEY = "RW";
    /** Key of b. */
    public static final String BIAS_KEY = "b";
    /** Key of the recurrent bias. */
    public static final String RECURRENT_BIAS_KEY = "rb";
    /** Key of the peepholes. */
    public static final String PEEPHOLE_KEY = "p";

    private static final int PEEPHOLES = 3;
    private static final GeneralRecurrentParamInitializer INSTANCE = new GeneralRecurrentParamInitializer();

    private GeneralRecurrentParamInitializer() {}

    /** The only one. */
    public static GeneralRecurrentParamInitializer getInstance() {
        return INSTANCE;
    }

    private static Map<String, Long> sizes(GeneralRecurrent layer) {
        long columns = layer.getCell().gates() * layer.getNOut();
        Map<String, Long> sizes = new LinkedHashMap<>();
        sizes.put(INPUT_WEIGHT_KEY, layer.getNIn() * columns);
        sizes.put(RECURRENT_WEIGHT_KEY, layer.getNOut() * columns);
        if (layer.isBiased()) {
            sizes.put(BIAS_KEY, columns);
        }
        if (layer.isRecurrentBiased()) {
            sizes.put(RECURRENT_BIAS_KEY, columns);
        }
        if (layer.isPeepholes()) {
            sizes.put(PEEPHOLE_KEY, PEEPHOLES * layer.getNOut());
        }
        return sizes;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return sizes((GeneralRecurrent) layer).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return new ArrayList<>(sizes((GeneralRecurrent) layer).keySet());
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of(INPUT_WEIGHT_KEY, RECURRENT_WEIGHT_KEY);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        List<String> keys = paramKeys(layer);
        return keys.subList(2, keys.size());
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return weightKeys(layer).contains(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return !isWeightParam(layer, key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        GeneralRecurrent layer = (GeneralRecurrent) conf.getLayer();
        Map<String, INDArray> params = views(layer, paramsView);
        params.keySet().forEach(conf::addVariable);
        if (initializeParams) {
            params.forEach((key, array) -> {
                if (isBiasParam(layer, key)) {
                    array.assign(0);
                    return;
                }
                boolean recurrent = key.equals(RECURRENT_WEIGHT_KEY) && layer.getWeightInitFnRecurrent() != null;
                (recurrent ? layer.getWeightInitFnRecurrent() : layer.getWeightInitFn())
                        .init(array.rows(), layer.getNOut(), array.shape(), 'f', array);
            });
        }
        return Collections.synchronizedMap(params);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return views((GeneralRecurrent) conf.getLayer(), gradientView);
    }

    private Map<String, INDArray> views(GeneralRecurrent layer, INDArray flat) {
        if (flat.length() != numParams(layer)) {
            throw InvalidInputException.of(
                    "GeneralRecurrent layer '" + layer.getLayerName() + "'",
                    "a parameter or gradient vector of length " + numParams(layer),
                    "length " + flat.length(),
                    "");
        }
        INDArray vector = flat.reshape(flat.length());
        long columns = layer.getCell().gates() * layer.getNOut();
        Map<String, INDArray> views = new LinkedHashMap<>();
        long start = 0;
        for (Map.Entry<String, Long> size : sizes(layer).entrySet()) {
            INDArray view = vector.get(interval(start, start + size.getValue()));
            boolean matrix = isWeightParam(layer, size.getKey());
            views.put(
                    size.getKey(), matrix ? view.reshape('f', new long[] {size.getValue() / columns, columns}) : view);
            start += size.getValue();
        }
        return views;
    }
}
