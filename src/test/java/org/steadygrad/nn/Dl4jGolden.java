package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's own LSTM or SimpleRnn as one direction of a golden case. DL4J gives no gradient of an initial state, and its
 * SimpleRnn leaves the initial state out of its backward pass. Both are got round exactly: h0 becomes extra input
 * features of the first step, with the recurrent weights as their input weights, so that x W + h0 R is the same and
 * the gradient of h0 is that of the extra features.
 *
 * <p>DL4J sets states to zero at masked steps, PyTorch holds them; with padding at the end outputs and gradients are
 * the same all the same. Only an LSTM's final memory is lost in padding; it is read from runs of each example's length.
 */
final class Dl4jGolden implements GoldenRecurrent.Direction {
    private static final String PREV_ACTIVATION = "prevAct";
    private static final String PREV_MEMORY = "prevMem";

    private final RecurrentLayer layer;
    private final UnaryOperator<INDArray> toTorch;
    private final long nIn;
    private final long hidden;

    /**
     * @param conf a configuration without sizes
     * @param toDl4j reorders the columns (gates) of a matrix from PyTorch's order to DL4J's
     * @param toTorch the other way
     */
    Dl4jGolden(
            BaseRecurrentLayer conf,
            Map<String, INDArray> torch,
            UnaryOperator<INDArray> toDl4j,
            UnaryOperator<INDArray> toTorch) {
        this.toTorch = toTorch;
        nIn = torch.get("weight_ih").columns();
        hidden = torch.get("weight_hh").columns();
        conf.setNIn(nIn + hidden);
        conf.setNOut(hidden);
        layer = LayerHarness.layer(conf, DataType.DOUBLE);
        INDArray recurrent = toDl4j.apply(torch.get("weight_hh").transpose());
        layer.setParam("W", Nd4j.concat(0, toDl4j.apply(torch.get("weight_ih").transpose()), recurrent));
        layer.setParam("RW", recurrent);
        INDArray bias = torch.get("bias_ih").add(torch.get("bias_hh")).reshape(1, -1);
        layer.setParam("b", toDl4j.apply(bias).reshape(layer.getParam("b").shape()));
    }

    @Override
    public GoldenRecurrent.Result forward(INDArray x, INDArray h0, INDArray c0, int[] lengths) {
        INDArray mask = GoldenRecurrent.mask(lengths, (int) x.size(2));
        INDArray cn = c0 == null || mask == null ? null : memoryAtLengths(x, h0, c0, lengths);
        INDArray y = run(x, h0, c0, mask);
        return new GoldenRecurrent.Result(
                y.dup(), cn == null && c0 != null ? layer.rnnGetTBPTTState().get(PREV_MEMORY) : cn);
    }

    private INDArray memoryAtLengths(INDArray x, INDArray h0, INDArray c0, int[] lengths) {
        INDArray cn = c0.dup();
        for (int b = 0; b < lengths.length; b++) {
            run(x.get(all(), all(), interval(0, lengths[b])), h0, c0, null);
            cn.putRow(b, layer.rnnGetTBPTTState().get(PREV_MEMORY).getRow(b));
        }
        return cn;
    }

    private INDArray run(INDArray x, INDArray h0, INDArray c0, INDArray mask) {
        INDArray wide = Nd4j.create(DataType.DOUBLE, new long[] {x.size(0), nIn + hidden, x.size(2)}, 'f');
        wide.get(all(), interval(0, nIn), all()).assign(x);
        wide.get(all(), interval(nIn, nIn + hidden), point(0)).assign(h0);
        Map<String, INDArray> state = new HashMap<>();
        if (c0 != null) {
            state.put(PREV_ACTIVATION, h0.mul(0));
            state.put(PREV_MEMORY, c0);
        }
        layer.setMaskArray(mask);
        layer.rnnSetPreviousState(state);
        layer.rnnSetTBPTTState(state);
        return layer.rnnActivateUsingStoredState(wide, true, true, LayerWorkspaceMgr.noWorkspaces());
    }

    @Override
    public Map<String, INDArray> backward(INDArray dy) {
        int steps = (int) dy.size(2);
        INDArray dx = layer.tbpttBackpropGradient(dy, steps, LayerWorkspaceMgr.noWorkspaces())
                .getSecond();
        Map<String, INDArray> views = layer.conf()
                .getLayer()
                .initializer()
                .getGradientsFromFlattened(layer.conf(), layer.getGradientsViewArray());
        INDArray dw = views.get("W");
        INDArray recurrent = views.get("RW").add(dw.get(interval(nIn, nIn + hidden), all()));
        Map<String, INDArray> g = new HashMap<>();
        g.put("x", dx.get(all(), interval(0, nIn), all()));
        g.put("h0", dx.get(all(), interval(nIn, nIn + hidden), point(0)));
        g.put("weight_ih", toTorch.apply(dw.get(interval(0, nIn), all())).transpose());
        g.put("weight_hh", toTorch.apply(recurrent).transpose());
        INDArray bias = toTorch.apply(views.get("b").reshape(1, -1)).reshape(-1);
        g.put("bias_ih", bias);
        g.put("bias_hh", bias);
        return g;
    }
}
