package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.golden.Golden;

/**
 * A recurrent golden case run through single-direction layers: stacks them, turns sequences round for the reverse
 * direction, and gathers outputs and gradients under PyTorch's names. Layouts inside: x and y [batch, feature, time].
 */
final class GoldenRecurrent {
    /** One layer and direction. Implemented for each kind of layer by its test. */
    interface Direction {
        /** @return output and final state, the latter taken at every example's last step */
        Result forward(INDArray x, INDArray h0, INDArray c0, int[] lengths);

        /** Gradients under PyTorch's names without suffix, and "x" and "h0", of the last forward pass. */
        Map<String, INDArray> backward(INDArray dy);
    }

    record Result(INDArray y, INDArray cn) {}

    /** Makes a layer of PyTorch's weight_ih, weight_hh, bias_ih and bias_hh. */
    interface Maker {
        Direction make(Map<String, INDArray> parameters);
    }

    final Golden.Case golden;
    final Map<String, INDArray> inputs = new LinkedHashMap<>();
    final Map<String, INDArray> parameters = new LinkedHashMap<>();
    final Map<String, INDArray> outputs = new LinkedHashMap<>();
    final Map<String, INDArray> gradients = new LinkedHashMap<>();

    private final Maker maker;
    private final boolean padFirstWhenReversed;
    private final int[] lengths;
    private final int layers;
    private final int directions;

    /**
     * @param padFirstWhenReversed whether the reverse direction reads the padding first, as DL4J's Bidirectional does;
     *     otherwise every example is turned round within its length, and padding stays at the end
     */
    GoldenRecurrent(Golden.Case golden, Maker maker, boolean padFirstWhenReversed) {
        this.golden = golden;
        this.maker = maker;
        this.padFirstWhenReversed = padFirstWhenReversed;
        JsonNode content = golden.content();
        layers = content.get("layers").asInt();
        directions = content.get("bidirectional").asBoolean() ? 2 : 1;
        content.get("inputs").fields().forEachRemaining(e -> inputs.put(e.getKey(), Golden.array(e.getValue())));
        content.get("params").fields().forEachRemaining(e -> parameters.put(e.getKey(), Golden.array(e.getValue())));
        lengths = new int[(int) inputs.get("x").size(1)];
        for (int b = 0; b < lengths.length; b++) {
            JsonNode given = content.get("lengths");
            lengths[b] = given == null || given.isNull()
                    ? (int) inputs.get("x").size(0)
                    : given.get(b).asInt();
        }
    }

    private String suffix(int unit) {
        return "_l" + unit / directions + (unit % directions == 1 ? "_reverse" : "");
    }

    private boolean reversed(int unit) {
        return unit % directions == 1;
    }

    private Map<String, INDArray> parametersOf(int unit) {
        Map<String, INDArray> own = new LinkedHashMap<>();
        for (String name : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
            own.put(name, parameters.get(name + suffix(unit)));
        }
        return own;
    }

    private INDArray stateOf(String name, int unit) {
        return inputs.containsKey(name) ? inputs.get(name).get(point(unit), all(), all()) : null;
    }

    /** Fills {@link #outputs}: y, hn and, for an LSTM, cn. */
    List<Direction> forward() {
        List<Direction> units = new ArrayList<>();
        List<INDArray> hn = new ArrayList<>();
        List<INDArray> cn = new ArrayList<>();
        INDArray x = inputs.get("x").permute(1, 2, 0);
        for (int layer = 0; layer < layers; layer++) {
            List<INDArray> ys = new ArrayList<>();
            for (int d = 0; d < directions; d++) {
                int unit = layer * directions + d;
                Direction direction = maker.make(parametersOf(unit));
                Result result =
                        direction.forward(turn(x, unit), stateOf("h0", unit), stateOf("c0", unit), turnedLengths(unit));
                units.add(direction);
                ys.add(turn(result.y(), unit));
                hn.add(lastSteps(ys.get(d), unit));
                cn.add(result.cn());
            }
            x = Nd4j.concat(1, ys.toArray(INDArray[]::new));
        }
        outputs.put("y", x.permute(2, 0, 1));
        outputs.put("hn", Nd4j.stack(0, hn.toArray(INDArray[]::new)));
        if (cn.get(0) != null) {
            outputs.put("cn", Nd4j.stack(0, cn.toArray(INDArray[]::new)));
        }
        return units;
    }

    /** Runs forward and backward from the case's dy and dhn, and fills {@link #gradients}. */
    void forwardAndBackward() {
        List<Direction> units = forward();
        INDArray dhn = golden.array("/upstream/dhn");
        INDArray dy = golden.array("/upstream/dy").permute(1, 2, 0);
        List<INDArray> dh0 = new ArrayList<>();
        for (int layer = layers - 1; layer >= 0; layer--) {
            long hidden = dy.size(1) / directions;
            INDArray dx = null;
            for (int d = directions - 1; d >= 0; d--) {
                int unit = layer * directions + d;
                INDArray own = dy.get(all(), interval(d * hidden, (d + 1) * hidden), all())
                        .dup();
                addAtLastSteps(own, dhn.get(point(unit), all(), all()), unit);
                Map<String, INDArray> g =
                        units.get(unit).backward(turn(own, unit).dup('f'));
                INDArray share = turn(g.remove("x"), unit);
                dx = dx == null ? share : dx.add(share);
                dh0.add(0, g.remove("h0"));
                g.forEach((name, value) -> gradients.put(name + suffix(unit), value));
            }
            dy = dx;
        }
        gradients.put("x", dy.permute(2, 0, 1));
        gradients.put("h0", Nd4j.stack(0, dh0.toArray(INDArray[]::new)));
    }

    /** Padding read first counts as full length: the last step is a present one for every example. */
    private int[] turnedLengths(int unit) {
        if (!reversed(unit) || !padFirstWhenReversed) {
            return lengths.clone();
        }
        int[] negative = new int[lengths.length];
        for (int b = 0; b < negative.length; b++) {
            negative[b] = -lengths[b];
        }
        return negative;
    }

    private INDArray turn(INDArray sequence, int unit) {
        if (!reversed(unit)) {
            return sequence;
        }
        INDArray turned = sequence.dup();
        int steps = (int) sequence.size(2);
        for (int b = 0; b < lengths.length; b++) {
            int length = padFirstWhenReversed ? steps : lengths[b];
            for (int t = 0; t < length; t++) {
                turned.get(point(b), all(), point(t)).assign(sequence.get(point(b), all(), point(length - 1 - t)));
            }
        }
        return turned;
    }

    private int lastStep(int example, int unit) {
        return reversed(unit) ? 0 : lengths[example] - 1;
    }

    private INDArray lastSteps(INDArray y, int unit) {
        INDArray last = Nd4j.create(DataType.DOUBLE, y.size(0), y.size(1));
        for (int b = 0; b < lengths.length; b++) {
            last.putRow(b, y.get(point(b), all(), point(lastStep(b, unit))));
        }
        return last;
    }

    private void addAtLastSteps(INDArray dy, INDArray dhn, int unit) {
        for (int b = 0; b < lengths.length; b++) {
            dy.get(point(b), all(), point(lastStep(b, unit))).addi(dhn.getRow(b));
        }
    }

    /**
     * @param lengths present steps per example; negative when they stand at the end of the sequence
     * @return [batch, time] of ones and zeros; null if nothing is masked
     */
    static INDArray mask(int[] lengths, int steps) {
        INDArray mask = Nd4j.ones(DataType.DOUBLE, lengths.length, steps);
        boolean any = false;
        for (int b = 0; b < lengths.length; b++) {
            int missing = steps - Math.abs(lengths[b]);
            any |= missing > 0;
            for (int i = 0; i < missing; i++) {
                mask.putScalar(b, lengths[b] < 0 ? i : steps - 1 - i, 0);
            }
        }
        return any ? mask : null;
    }
}
