package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.golden.Golden;

/** Outputs, final states and all gradients of {@link GRU} against PyTorch's. */
class GruGoldenTest {
    private static final double TOLERANCE = 1e-7;

    @TestFactory
    Stream<DynamicTest> agreesWithPyTorch() {
        return Golden.ofOperation("gru").stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)));
    }

    private static void check(Golden.Case golden) {
        GoldenRecurrent run = new GoldenRecurrent(golden, Unit::new, true);
        run.forwardAndBackward();
        for (String name : new String[] {"y", "hn"}) {
            Golden.assertClose(golden.array("/outputs/" + name), run.outputs.get(name), TOLERANCE, name);
        }
        golden.content()
                .get("gradients")
                .fieldNames()
                .forEachRemaining(name -> Golden.assertClose(
                        golden.array("/gradients/" + name), run.gradients.get(name), TOLERANCE, "gradient of " + name));
    }

    private static final class Unit implements GoldenRecurrent.Direction {
        private final GRULayer layer;
        private final long hidden;

        Unit(Map<String, INDArray> torch) {
            INDArray inputWeights = torch.get("weight_ih").transpose();
            hidden = torch.get("weight_hh").columns();
            GRU conf = new GRU.Builder().nIn(inputWeights.rows()).nOut(hidden).build();
            layer = (GRULayer) LayerHarness.layer(conf, DataType.DOUBLE);
            layer.setParam("W", inputWeights);
            layer.setParam("RW", torch.get("weight_hh").transpose());
            INDArray bi = torch.get("bias_ih");
            INDArray bh = torch.get("bias_hh");
            INDArray gates = bi.get(interval(0, 2 * hidden)).add(bh.get(interval(0, 2 * hidden)));
            INDArray n = bi.get(interval(2 * hidden, 3 * hidden));
            layer.setParam("b", Nd4j.concat(0, gates, n, bh.get(interval(2 * hidden, 3 * hidden))));
        }

        @Override
        public GoldenRecurrent.Result forward(INDArray x, INDArray h0, INDArray c0, int[] lengths) {
            layer.setMaskArray(GoldenRecurrent.mask(lengths, (int) x.size(2)));
            layer.rnnSetTBPTTState(Map.of(GRULayer.STATE_KEY_PREV_ACTIVATION, h0));
            INDArray y = layer.rnnActivateUsingStoredState(x, true, true, LayerWorkspaceMgr.noWorkspaces());
            return new GoldenRecurrent.Result(y, null);
        }

        @Override
        public Map<String, INDArray> backward(INDArray dy) {
            Map<String, INDArray> g = new HashMap<>();
            g.put(
                    "x",
                    layer.backpropGradient(dy, LayerWorkspaceMgr.noWorkspaces()).getSecond());
            g.put("h0", layer.initialStateGradient());
            Map<String, INDArray> views = layer.conf()
                    .getLayer()
                    .initializer()
                    .getGradientsFromFlattened(layer.conf(), layer.getGradientsViewArray());
            g.put("weight_ih", views.get("W").transpose());
            g.put("weight_hh", views.get("RW").transpose());
            INDArray b = views.get("b");
            g.put("bias_ih", b.get(interval(0, 3 * hidden)));
            INDArray gates = b.get(interval(0, 2 * hidden));
            g.put("bias_hh", Nd4j.concat(0, gates, b.get(interval(3 * hidden, 4 * hidden))));
            return g;
        }
    }
}
