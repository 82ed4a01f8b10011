package org.steadygrad.nn;

import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Chrono initialisation of DL4J's LSTM (Tallec and Ollivier 2018, arXiv 1804.11188v1, section 3): for each unit
 *
 * <pre>
 *     bias of the forget gate = log(u),  u ~ U(1, maxSteps - 1)      bias of the input gate = -log(u)
 * </pre>
 *
 * so that units forget on time scales up to {@code maxSteps}. DL4J's configuration has only one number for the forget
 * gate's bias, so this is applied to a network after {@code init()}. The {@link GRU} has a setting of its own.
 */
public final class ChronoLstm {
    private static final String WHO = "Chrono initialisation";
    /** DL4J's bias holds cell input, forget gate, output gate and input gate ("input modulation"), in this order. */
    private static final int GATES = 4;

    private static final int FORGET_GATE = 1;
    private static final int INPUT_GATE = 3;

    private ChronoLstm() {}

    /**
     * Overwrites forget and input gates' biases; the other biases stay.
     *
     * @param lstm an initialised LSTM, possibly inside Bidirectional, LastTimeStep or the like
     * @param maxSteps longest dependency expected, in time steps; at least 3
     * @param seed decides the draw
     */
    public static void apply(Layer lstm, int maxSteps, long seed) {
        Check.notNull(lstm, WHO, "layer");
        if (maxSteps < 3) {
            throw InvalidInputException.of(WHO, "maxSteps of at least 3", maxSteps, "");
        }
        org.deeplearning4j.nn.conf.layers.Layer conf = lstm.conf().getLayer();
        if (!isLstm(conf)) {
            throw InvalidInputException.of(
                    WHO + " of layer '" + conf.getLayerName() + "'",
                    "an LSTM",
                    conf.getClass().getSimpleName(),
                    "A GRU takes chronoMaxSteps in its builder.");
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (Map.Entry<String, INDArray> entry : lstm.paramTable().entrySet()) {
            boolean bias = entry.getKey().equals("b")
                    || entry.getKey().equals("fb")
                    || entry.getKey().equals("bb");
            if (bias) {
                draw(entry.getValue(), maxSteps, random);
            }
        }
    }

    private static void draw(INDArray bias, int maxSteps, SplittableRandom random) {
        long units = bias.length() / GATES;
        for (long unit = 0; unit < units; unit++) {
            double logarithm = Math.log(1 + random.nextDouble() * (maxSteps - 2));
            bias.putScalar(FORGET_GATE * units + unit, logarithm);
            bias.putScalar(INPUT_GATE * units + unit, -logarithm);
        }
    }

    private static boolean isLstm(org.deeplearning4j.nn.conf.layers.Layer conf) {
        if (conf instanceof Bidirectional both) {
            return isLstm(both.getFwd());
        }
        return conf instanceof BaseWrapperLayer wrapper
                ? isLstm(wrapper.getUnderlying())
                : conf instanceof AbstractLSTM;
    }
}
