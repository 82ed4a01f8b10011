package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.check.InvalidInputException;

/**
 * Parameters of a {@link GRU} as views of one flat vector, in this order:
 *
 * <pre>
 * W   [nIn, 3 nOut]   'f' order   columns: r, z, n
 * RW  [nOut, 3 nOut]  'f' order   columns: r, z, n
 * b   [4 nOut]                    br, bz, bn, cn; cn is the recurrent bias of the candidate n
 * </pre>
 *
 * <p>Every gate's matrix is initialised apart, with the fans of that one matrix ([nIn, nOut] or [nOut, nOut]), so that
 * Xavier's scale and orthogonality hold per gate. br, bz and bn start at {@code biasInit}, cn at 0; with
 * {@link GRU#getChronoMaxSteps()} set, bz is drawn instead.
 */
public final class GRUParamInitializer implements ParamInitializer {
    /** Name of the weights of the input, [nIn, 3 nOut]. */
    public static final String INPUT_WEIGHT_KEY = DefaultParamInitializer.WEIGHT_KEY;
    /** Name of the weights of the state, [nOut, 3 nOut]. */
    public static final String RECURRENT_WEIGHT_KEY = "RW";
    /** Name of the biases, [4 nOut]. */
    public static final String BIAS_KEY = DefaultParamInitializer.BIAS_KEY;

    private static final int GATES = 3;
    private static final int BIASES = 4;
    private static final List<String> WEIGHT_KEYS = List.of(INPUT_WEIGHT_KEY, RECURRENT_WEIGHT_KEY);
    private static final List<String> BIAS_KEYS = List.of(BIAS_KEY);
    private static final List<String> KEYS = List.of(INPUT_WEIGHT_KEY, RECURRENT_WEIGHT_KEY, BIAS_KEY);
    private static final GRUParamInitializer INSTANCE = new GRUParamInitializer();

    private GRUParamInitializer() {}

    /** The only one: it has no state. */
    public static GRUParamInitializer getInstance() {
        return INSTANCE;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        GRU gru = (GRU) layer;
        return GATES * gru.getNOut() * (gru.getNIn() + gru.getNOut()) + BIASES * gru.getNOut();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return KEYS;
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return WEIGHT_KEYS;
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return BIAS_KEYS;
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return WEIGHT_KEYS.contains(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return BIAS_KEY.equals(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        GRU gru = (GRU) conf.getLayer();
        KEYS.forEach(conf::addVariable);
        Map<String, INDArray> params = views(gru, paramsView);
        if (initializeParams) {
            IWeightInit recurrent =
                    gru.getWeightInitFnRecurrent() == null ? gru.getWeightInitFn() : gru.getWeightInitFnRecurrent();
            initGates(gru.getWeightInitFn(), params.get(INPUT_WEIGHT_KEY));
            initGates(recurrent, params.get(RECURRENT_WEIGHT_KEY));
            initBias(gru, params.get(BIAS_KEY));
        }
        return Collections.synchronizedMap(params);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return views((GRU) conf.getLayer(), gradientView);
    }

    private Map<String, INDArray> views(GRU gru, INDArray flat) {
        if (flat.length() != numParams(gru)) {
            throw InvalidInputException.of(
                    "GRU layer '" + gru.getLayerName() + "'",
                    "a parameter or gradient vector of length " + numParams(gru),
                    "length " + flat.length(),
                    "Were nIn or nOut changed after the model was built?");
        }
        INDArray vector = flat.reshape(flat.length());
        long nIn = gru.getNIn();
        long nOut = gru.getNOut();
        long recurrentStart = nIn * GATES * nOut;
        long biasStart = recurrentStart + nOut * GATES * nOut;
        Map<String, INDArray> views = new LinkedHashMap<>();
        views.put(
                INPUT_WEIGHT_KEY, vector.get(interval(0, recurrentStart)).reshape('f', new long[] {nIn, GATES * nOut}));
        views.put(
                RECURRENT_WEIGHT_KEY,
                vector.get(interval(recurrentStart, biasStart)).reshape('f', new long[] {nOut, GATES * nOut}));
        views.put(BIAS_KEY, vector.get(interval(biasStart, biasStart + BIASES * nOut)));
        return views;
    }

    /** In 'f' order a gate's columns are one contiguous run, which is what an initialiser wants to be given. */
    private static void initGates(IWeightInit init, INDArray weights) {
        long rows = weights.rows();
        long columns = weights.columns() / GATES;
        INDArray vector = weights.reshape('f', new long[] {weights.length()});
        for (int gate = 0; gate < GATES; gate++) {
            INDArray view = vector.get(interval(gate * rows * columns, (gate + 1) * rows * columns));
            init.init(rows, columns, new long[] {rows, columns}, 'f', view);
        }
    }

    private static void initBias(GRU gru, INDArray bias) {
        long nOut = gru.getNOut();
        bias.assign(0);
        if (!Double.isNaN(gru.getBiasInit())) {
            bias.get(interval(0, GATES * nOut)).assign(gru.getBiasInit());
        }
        if (gru.getChronoMaxSteps() > 0) {
            INDArray steps = Nd4j.rand(bias.dataType(), nOut)
                    .muli(gru.getChronoMaxSteps() - 2.0)
                    .addi(1);
            bias.get(interval(nOut, 2 * nOut)).assign(Transforms.log(steps, false));
        }
    }
}
