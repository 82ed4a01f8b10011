package org.steadygrad.engine.dl4j;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.deeplearning4j.nn.layers.recurrent.LastTimeStepLayer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.dl4j.RecurrentCell.State;
import org.steadygrad.nn.GRU;

/**
 * The gradient through time of a recurrent layer: the norm of dLoss/dh_t against t, where dLoss/dh_t includes all that
 * h_t leads to at later steps. DL4J's layers keep it to themselves, so it is computed again, from the layer's input,
 * parameters and the gradient of its output.
 *
 * <p>The toolkit's GRU tells it of its own backward pass, except within {@code Bidirectional}, which hides its layers.
 *
 * <p>Cells: DL4J's {@code SimpleRnn} and {@code LSTM}, and the toolkit's GRU; wrapped in {@code Bidirectional},
 * {@code LastTimeStep}, {@code MaskZeroLayer} or frozen with back-propagation. Others, and layer normalisation, yield no
 * profile. To keep it cheap, the first {@value #EXAMPLES} examples of the batch stand for all (the norm is that of their
 * average loss), and at most {@value #POINTS} steps are reported, first and last among them. Dropout on the inputs inside
 * a {@code Bidirectional} and weight noise are left out.
 */
final class RecurrentProfile {
    static final int EXAMPLES = 16;
    static final int POINTS = 64;

    private final String name;
    private final Layer layer;
    private final INDArray input;
    private final INDArray epsilon;
    private final INDArray mask;
    private final Map<String, INDArray> start;

    private RecurrentProfile(String name, Layer layer, INDArray[] sequences, Map<String, INDArray> start) {
        this.name = name;
        this.layer = layer;
        this.input = sequences[0];
        this.epsilon = sequences[1];
        this.mask = sequences[2];
        this.start = start;
    }

    /**
     * @param vertex one whose forward pass is done and whose backward pass isn't
     * @param epsilon derivative of the loss, summed over the minibatch, with respect to the vertex's output
     * @param stateBefore what the layer carried when the pass began, by DL4J's names; empty for zeros
     * @return one per direction; none for a layer that isn't recurrent or not supported
     */
    static List<TimeProfile> of(GraphVertex vertex, INDArray epsilon, Map<String, INDArray> stateBefore) {
        Optional<RecurrentProfile> profile = open(vertex, epsilon, stateBefore);
        return profile.isEmpty() ? List.of() : profile.get().profiles();
    }

    /**
     * The profile that a layer kept of its own backward pass.
     *
     * @param norms norm of dLoss/dh_t of the loss summed over the minibatch, one per step
     */
    static TimeProfile of(String name, double[] norms, long examples) {
        List<Integer> steps = new ArrayList<>();
        List<Double> averaged = new ArrayList<>();
        for (int t : reported(norms.length)) {
            steps.add(t);
            averaged.add(norms[t] / examples);
        }
        return new TimeProfile(name, "forward", steps, averaged);
    }

    /** The layer within its wrappers. */
    static Layer innermost(Layer layer) {
        Layer inner = layer;
        while (inner instanceof BaseWrapperLayer wrapper) {
            inner = wrapper.getUnderlying();
        }
        return inner;
    }

    private static Optional<RecurrentProfile> open(
            GraphVertex vertex, INDArray epsilon, Map<String, INDArray> stateBefore) {
        Layer layer = vertex.getLayer();
        boolean last = false;
        while (layer instanceof BaseWrapperLayer wrapper) {
            last |= layer instanceof LastTimeStepLayer;
            layer = wrapper.getUnderlying();
        }
        if (!supported(layer.conf().getLayer())
                || layer.input() == null
                || layer.input().rank() != 3) {
            return Optional.empty();
        }
        boolean turn = LayerFacts.timeInMiddle(layer.conf().getLayer());
        long examples = Math.min(EXAMPLES, layer.input().size(0));
        INDArray input = turn ? layer.input().permute(0, 2, 1) : layer.input();
        INDArray mask = layer.getMaskArray();
        INDArray some = input.get(interval(0, examples), all(), all());
        INDArray someMask = mask == null ? null : mask.get(interval(0, examples), all());
        INDArray gradient = last && epsilon.rank() == 2
                ? atLastStep(epsilon.get(interval(0, examples), all()), someMask, some.size(2))
                : (turn ? epsilon.permute(0, 2, 1) : epsilon).get(interval(0, examples), all(), all());
        return Optional.of(new RecurrentProfile(
                vertex.getVertexName(), layer, new INDArray[] {some, gradient, someMask}, stateBefore));
    }

    /** Gradient of a sequence of which only the last step that isn't masked is used, [batch, units, time]. */
    private static INDArray atLastStep(INDArray epsilon, INDArray mask, long steps) {
        INDArray all = Nd4j.create(epsilon.dataType(), new long[] {epsilon.size(0), epsilon.size(1), steps}, 'f');
        for (long example = 0; example < epsilon.size(0); example++) {
            long last = steps - 1;
            while (mask != null && last >= 0 && mask.getDouble(example, last) == 0) {
                last--;
            }
            if (last >= 0) {
                all.get(point(example), all(), point(last)).assign(epsilon.getRow(example));
            }
        }
        return all;
    }

    private static boolean supported(org.deeplearning4j.nn.conf.layers.Layer conf) {
        if (conf instanceof Bidirectional both) {
            return supported(both.getFwd()) && supported(both.getBwd());
        }
        return conf instanceof GRU
                || conf instanceof LSTM
                || (conf instanceof SimpleRnn simple && !simple.hasLayerNorm());
    }

    private List<TimeProfile> profiles() {
        if (layer instanceof BidirectionalLayer) {
            return bothWays((Bidirectional) layer.conf().getLayer());
        }
        CellRecursion recursion = recursion(layer.conf().getLayer(), "", input, mask);
        return List.of(profile("forward", recursion, epsilon));
    }

    private List<TimeProfile> bothWays(Bidirectional conf) {
        CellRecursion forward = recursion(conf.getFwd(), "f", input, mask);
        INDArray turnedMask = mask == null
                ? null
                : reversed(mask.dup('c').reshape('c', mask.size(0), 1, mask.size(1)))
                        .reshape(mask.shape());
        CellRecursion backward = recursion(conf.getBwd(), "b", reversed(input), turnedMask);
        INDArray toForward = epsilon;
        INDArray toBackward = epsilon;
        switch (conf.getMode()) {
            case ADD -> {}
            case AVERAGE -> {
                toForward = epsilon.mul(0.5);
                toBackward = toForward;
            }
            case MUL -> {
                toForward = epsilon.mul(reversed(backward.output()));
                toBackward = epsilon.mul(forward.output());
            }
            case CONCAT -> {
                long half = epsilon.size(1) / 2;
                toForward = epsilon.get(all(), interval(0, half), all());
                toBackward = epsilon.get(all(), interval(half, 2 * half), all());
            }
        }
        return List.of(profile("forward", forward, toForward), profile("backward", backward, reversed(toBackward)));
    }

    /** Time turned round. */
    static INDArray reversed(INDArray sequence) {
        return TimeSeriesUtils.reverseTimeSeries(sequence.dup('f'));
    }

    private CellRecursion recursion(
            org.deeplearning4j.nn.conf.layers.Layer conf, String prefix, INDArray sequence, INDArray steps) {
        RecurrentCell cell = cell(conf, name -> layer.getParam(prefix + name));
        return recursion(cell, name -> layer.getParam(prefix + name), sequence, steps, startOf(cell));
    }

    /** @param parameter finds a parameter of the layer by its name, W, RW or b */
    static RecurrentCell cell(org.deeplearning4j.nn.conf.layers.Layer conf, Function<String, INDArray> parameter) {
        INDArray recurrent = parameter.apply("RW");
        if (conf instanceof GRU gru) {
            INDArray bias = parameter.apply("b").reshape(1, -1);
            INDArray candidateBias = bias.get(all(), interval(bias.length() / 4 * 3, bias.length()));
            return new RecurrentCell.Gru(recurrent, candidateBias, gru.getActivationFn(), gru.getGateActivationFn());
        }
        if (conf instanceof LSTM lstm) {
            return new RecurrentCell.Lstm(recurrent, lstm.getActivationFn(), lstm.getGateActivationFn());
        }
        return new RecurrentCell.Simple(recurrent, ((SimpleRnn) conf).getActivationFn());
    }

    /** The cell run forward; the GRU's fourth bias belongs to its recurrent part and is left out here. */
    static CellRecursion recursion(
            RecurrentCell cell, Function<String, INDArray> parameter, INDArray input, INDArray mask, State start) {
        INDArray weights = parameter.apply("W");
        INDArray bias = parameter.apply("b").reshape(1, -1).get(all(), interval(0, weights.size(1)));
        return new CellRecursion(cell, weights, bias, input, mask, start);
    }

    private State startOf(RecurrentCell cell) {
        INDArray h = start.get("prevAct");
        INDArray c = start.get("prevMem");
        if (h == null || (cell.hasMemory() && c == null)) {
            return null;
        }
        long examples = input.size(0);
        return new State(
                h.get(interval(0, examples), all()), cell.hasMemory() ? c.get(interval(0, examples), all()) : null);
    }

    private TimeProfile profile(String direction, CellRecursion recursion, INDArray gradient) {
        int steps = (int) input.size(2);
        boolean turned = direction.equals("backward");
        Map<Integer, Double> norms = new TreeMap<>();
        for (int t : reported(steps)) {
            norms.put(t, 0.0);
        }
        double examples = input.size(0);
        recursion.backward(gradient, (dh, t) -> {
            int step = turned ? steps - 1 - t : t;
            if (norms.containsKey(step)) {
                double squares = 0;
                for (double value : TensorReading.doubles(dh)) {
                    squares += value * value;
                }
                norms.put(step, Math.sqrt(squares) / examples);
            }
        });
        return new TimeProfile(name, direction, new ArrayList<>(norms.keySet()), new ArrayList<>(norms.values()));
    }

    /** All steps, or {@value #POINTS} of them evenly spread. */
    static int[] reported(int steps) {
        int points = Math.min(steps, POINTS);
        int[] chosen = new int[points];
        for (int i = 0; i < points; i++) {
            chosen[i] = points == 1 ? 0 : (int) ((long) i * (steps - 1) / (points - 1));
        }
        return chosen;
    }
}
