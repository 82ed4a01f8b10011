package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.golden.Golden;

/**
 * Recurrent layers in the whole engine against PyTorch: outputs, final states, and the gradients of parameters, features
 * and initial h, as {@link GoldenSequence} makes them seen. The GRU's initial h and the LSTM's initial c are put where the
 * engine carries state; it takes those as given, without a gradient.
 */
public interface RecurrentGoldenContract extends EngineSubject {
    /** Of outputs against those of PyTorch. */
    double OUTPUT = 1e-5;

    /** The steps of the engine's plan. */
    List<PlanOperation> steps(Engine engine);

    /**
     * Puts states where the engine carries them from one piece of sequences to the next.
     *
     * @param states by the step's number in the plan, in the engine's order of a layer's states, [example][unit] each
     */
    void carry(Engine engine, Map<Integer, List<float[]>> states);

    /** A copy of the output for sequences that go on from what the engine carries, which stays as it is. */
    INDArray outputFromCarried(Engine engine, MultiDataSet batch);

    @TestFactory
    default Stream<DynamicTest> agreesWithPyTorch() {
        return Stream.of("gru", "lstm", "rnn")
                .flatMap(cell -> Golden.ofOperation(cell).stream())
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(new GoldenSequence(golden))));
    }

    private void check(GoldenSequence sequence) {
        ComputationGraph graph = sequence.graph();
        try (Engine engine = engine(graph)) {
            INDArray rows = Nd4j.arange(sequence.examples * sequence.steps)
                    .reshape(sequence.examples, 1, sequence.steps)
                    .castTo(DataType.FLOAT);
            // plain LSTMs of DL4J don't know masks; their padding holds the memory instead
            INDArray mask =
                    sequence.padded && !sequence.lstm() ? ContractData.mask(sequence.steps, sequence.lengths) : null;
            setStates(sequence, engine);
            INDArray output = outputFromCarried(engine, ContractData.batch(rows, null, mask, null));
            assertOutputs(sequence, output);

            INDArray upstream = upstream(sequence, output);
            INDArray labels = output.castTo(DataType.DOUBLE)
                    .sub(upstream.mul(output.size(1) / 2.0))
                    .castTo(DataType.FLOAT);
            MultiDataSet batch = ContractData.batch(rows, labels, mask, mask == null ? null : mask.dup());
            setStates(sequence, engine);
            double loss = engine.computeGradient(batch, new PassOptions(5, true, false, false))
                    .loss();
            double squares = upstream.mul(upstream).sumNumber().doubleValue();
            double expected = squares * output.size(1) / 4 / sequence.examples;
            assertEquals(expected, loss, OUTPUT * (1 + expected), "loss");
            assertGradients(sequence, graph, EngineSubject.collected(engine, graph.clone()));
        }
    }

    private void setStates(GoldenSequence sequence, Engine engine) {
        engine.clearState();
        Map<Integer, List<float[]>> states = new HashMap<>();
        List<PlanOperation> steps = steps(engine);
        for (int number = 0; number < steps.size(); number++) {
            if (steps.get(number) instanceof PlanOperation.Recur operation && !sequence.cell.equals("rnn")) {
                int layer = Integer.parseInt(operation.layer().substring(1));
                int unit = layer * sequence.directions + (operation.reverse() ? 1 : 0);
                List<float[]> own = new ArrayList<>();
                if (sequence.lstm()) {
                    own.add(new float[sequence.examples * sequence.hidden]);
                }
                own.add(state(sequence, sequence.lstm() ? "/inputs/c0" : "/inputs/h0", unit));
                states.put(number, own);
            }
        }
        carry(engine, states);
    }

    private static float[] state(GoldenSequence sequence, String pointer, int unit) {
        INDArray values = sequence.golden.array(pointer);
        float[] state = new float[sequence.examples * sequence.hidden];
        for (int i = 0; i < state.length; i++) {
            state[i] = (float) values.getDouble(unit, i / sequence.hidden, i % sequence.hidden);
        }
        return state;
    }

    /** Visits every hidden unit's place in the joined output. */
    interface Visitor {
        void visit(int unit, int example, int index, int channel, boolean reverse);
    }

    private static void visit(GoldenSequence sequence, Visitor visitor) {
        for (int unit = 0; unit < sequence.layers * sequence.directions; unit++) {
            for (int b = 0; b < sequence.examples; b++) {
                for (int j = 0; j < sequence.hidden; j++) {
                    visitor.visit(unit, b, j, unit * sequence.hidden + j, unit % sequence.directions == 1);
                }
            }
        }
    }

    /** Where a direction shows its final memory. */
    private static int shown(GoldenSequence sequence, int example, boolean reverse) {
        return sequence.lastRead(example, reverse) + (reverse ? -1 : 1);
    }

    private static void assertOutputs(GoldenSequence sequence, INDArray output) {
        INDArray y = sequence.golden.array("/outputs/y");
        INDArray hn = sequence.golden.array("/outputs/hn");
        INDArray cn = sequence.lstm() ? sequence.golden.array("/outputs/cn") : null;
        int top = (sequence.layers - 1) * sequence.directions;
        visit(sequence, (unit, b, j, channel, reverse) -> {
            String place = ", unit " + unit + ", example " + b + ", element " + j;
            int last = sequence.lastRead(b, reverse);
            assertEquals(hn.getDouble(unit, b, j), output.getDouble(b, channel, last), OUTPUT, "hn" + place);
            if (cn != null) {
                double memory = Math.tanh(cn.getDouble(unit, b, j));
                int shown = shown(sequence, b, reverse);
                assertEquals(memory, output.getDouble(b, channel, shown), OUTPUT, "tanh(cn)" + place);
            }
            for (int t = 0; unit >= top && t < sequence.lengths[b]; t++) {
                double expected = y.getDouble(t, b, channel - top * sequence.hidden);
                assertEquals(expected, output.getDouble(b, channel, t + sequence.before), OUTPUT, "y" + place);
            }
        });
    }

    /** The gradient of all layers' outputs; the slope of tanh turns that of c into that of what is shown. */
    private static INDArray upstream(GoldenSequence sequence, INDArray output) {
        INDArray dy = sequence.golden.array("/upstream/dy");
        INDArray dhn = sequence.golden.array("/upstream/dhn");
        INDArray dcn = sequence.lstm() ? sequence.golden.array("/upstream/dcn") : null;
        INDArray upstream = Nd4j.zeros(DataType.DOUBLE, output.shape());
        int top = (sequence.layers - 1) * sequence.directions;
        visit(sequence, (unit, b, j, channel, reverse) -> {
            for (int t = 0; unit >= top && t < sequence.lengths[b]; t++) {
                double value = dy.getDouble(t, b, channel - top * sequence.hidden);
                upstream.putScalar(new int[] {b, channel, t + sequence.before}, value);
            }
            int last = sequence.lastRead(b, reverse);
            double own = upstream.getDouble(b, channel, last);
            upstream.putScalar(new int[] {b, channel, last}, own + dhn.getDouble(unit, b, j));
            if (dcn != null) {
                int shown = shown(sequence, b, reverse);
                double tanh = output.getDouble(b, channel, shown);
                double value = dcn.getDouble(unit, b, j) / (1 - tanh * tanh);
                upstream.putScalar(new int[] {b, channel, shown}, value);
            }
        });
        return upstream;
    }

    private static void assertGradients(
            GoldenSequence sequence, ComputationGraph graph, Map<String, double[]> averaged) {
        Map<String, INDArray> blocks = new HashMap<>();
        averaged.forEach((name, values) -> {
            long[] shape = graph.getParam(name).shape();
            INDArray sum = Nd4j.createFromArray(values).mul(sequence.examples);
            blocks.put(name, shape.length == 2 ? sum.reshape('f', shape) : sum);
        });
        Map<String, INDArray> actual = new HashMap<>();
        for (int layer = 0; layer < sequence.layers; layer++) {
            for (int d = 0; d < sequence.directions; d++) {
                addDirection(sequence, blocks, layer, d == 1, actual);
            }
        }
        addFeatures(sequence, blocks.get("x_W"), actual);
        actual.forEach((name, gradient) -> {
            double[] expected = values(sequence.golden.array("/gradients/" + name));
            Map<String, double[]> own = Map.of(name, values(gradient));
            Gradient.assertClose(Map.of(name, expected), own, EngineSubject.TOLERANCE, "gradient");
        });
    }

    private static double[] values(INDArray array) {
        return array.dup('c').data().asDouble();
    }

    private static void addDirection(
            GoldenSequence sequence,
            Map<String, INDArray> blocks,
            int layer,
            boolean reverse,
            Map<String, INDArray> actual) {
        String name = sequence.name(layer, reverse);
        String suffix = GoldenSequence.suffix(layer, reverse);
        int hidden = sequence.hidden;
        INDArray weights = blocks.get(name + "W");
        INDArray recurrent = blocks.get(name + "RW");
        if (!sequence.gru()) {
            int from = sequence.below(layer) + sequence.initial(layer, reverse);
            recurrent = recurrent.add(weights.get(interval(from, from + hidden), all()));
        }
        INDArray own = weights.get(interval(0, layer == 0 ? sequence.inputs : sequence.below(layer)), all());
        actual.put("weight_ih" + suffix, sequence.toTorch(own).transpose());
        actual.put("weight_hh" + suffix, sequence.toTorch(recurrent).transpose());
        INDArray bias = blocks.get(name + "b").reshape(1, -1);
        if (sequence.gru()) {
            actual.put("bias_ih" + suffix, bias.get(all(), interval(0, 3 * hidden)));
            INDArray gates = bias.get(all(), interval(0, 2 * hidden));
            actual.put("bias_hh" + suffix, Nd4j.concat(1, gates, bias.get(all(), interval(3 * hidden, 4 * hidden))));
        } else {
            actual.put("bias_ih" + suffix, sequence.toTorch(bias));
            actual.put("bias_hh" + suffix, sequence.toTorch(bias));
        }
    }

    private static void addFeatures(GoldenSequence sequence, INDArray rows, Map<String, INDArray> actual) {
        INDArray dx = sequence.golden.array("/inputs/x").mul(0);
        INDArray dh0 = sequence.golden.array("/inputs/h0").mul(0);
        for (int b = 0; b < sequence.examples; b++) {
            for (int t = 0; t < sequence.lengths[b]; t++) {
                for (int i = 0; i < sequence.inputs; i++) {
                    double value = rows.getDouble(b * sequence.steps + t + sequence.before, i);
                    dx.putScalar(new int[] {t, b, i}, value);
                }
            }
        }
        visit(sequence, (unit, b, j, channel, reverse) -> {
            int from = sequence.initial(unit / sequence.directions, reverse);
            int row = b * sequence.steps + sequence.firstRead(b, reverse);
            dh0.putScalar(new int[] {unit, b, j}, rows.getDouble(row, from + j));
        });
        actual.put("x", dx);
        if (!sequence.gru()) {
            actual.put("h0", dh0);
        }
    }
}
