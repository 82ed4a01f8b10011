package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.BIAS_KEY;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.INPUT_WEIGHT_KEY;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.PEEPHOLE_KEY;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.RECURRENT_BIAS_KEY;
import static org.steadygrad.nn.GeneralRecurrentParamInitializer.RECURRENT_WEIGHT_KEY;

import java.util.Map;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;

/** The layer behind {@link GeneralRecurrent}, on ND4J operations. The mathematics of a step is {@link GeneralCell}'s. */
public class GeneralRecurrentLayer extends BaseRecurrentLayer<GeneralRecurrent> {
    private static final long serialVersionUID = 1L;

    private transient GeneralCell.Tape[] tapes;
    private transient INDArray dropped;

    public GeneralRecurrentLayer(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    private GeneralCell cell() {
        GeneralRecurrent conf = layerConf();
        return new GeneralCell(
                conf,
                params.get(RECURRENT_WEIGHT_KEY),
                conf.isRecurrentBiased() ? params.get(RECURRENT_BIAS_KEY) : null,
                conf.isPeepholes() ? params.get(PEEPHOLE_KEY) : null);
    }

    private int stepAt(int order, int steps) {
        return layerConf().isReversed() ? steps - 1 - order : order;
    }

    private static INDArray channels(INDArray sequence, long from, long to, long step) {
        return sequence.get(all(), interval(from, to), point(step)).dup('c');
    }

    private INDArray mask(INDArray x, long step) {
        return layerConf().isMasked()
                ? x.get(all(), point(layerConf().getNIn()), point(step))
                        .dup('c')
                        .reshape(x.size(0), 1)
                : null;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        GeneralRecurrent conf = layerConf();
        if (maskArray != null && maskArray.minNumber().doubleValue() < 1) {
            throw InvalidInputException.of(
                    "GeneralRecurrent layer '" + conf.getLayerName() + "'",
                    "masks as values of the network",
                    "a mask array",
                    "Mark padding the way the model it came from does.");
        }
        INDArray x = input.castTo(dataType);
        if (x.rank() != 3 || x.size(1) != conf.channels()) {
            throw InvalidInputException.of(
                    "GeneralRecurrent layer '" + conf.getLayerName() + "'",
                    "sequences [batch, " + conf.channels() + ", time]",
                    java.util.Arrays.toString(x.shape()),
                    "");
        }
        // what is kept for the way back outlives the workspaces of the way forth
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return workspaces.dup(ArrayType.ACTIVATIONS, run(x, training), 'f');
        }
    }

    private INDArray run(INDArray x, boolean training) {
        GeneralRecurrent conf = layerConf();
        int steps = (int) x.size(2);
        long units = conf.getNOut();
        GeneralCell cell = cell();
        dropped = training && conf.getInputDropout() > 0 ? drawn(x.size(0), conf) : null;
        INDArray[] state = new INDArray[conf.getCell().states()];
        for (int i = 0; i < state.length; i++) {
            long from = conf.getNIn() + (conf.isMasked() ? 1 : 0) + i * units;
            state[i] = conf.isStarts() ? channels(x, from, from + units, 0) : zeros(x.size(0), units);
        }
        INDArray shown = zeros(x.size(0), units);
        INDArray output = Nd4j.create(dataType, new long[] {x.size(0), conf.outputChannels(), steps}, 'f');
        tapes = new GeneralCell.Tape[steps];
        for (int order = 0; order < steps; order++) {
            int step = stepAt(order, steps);
            INDArray in = channels(x, 0, conf.getNIn(), step);
            if (dropped != null) {
                in.muli(dropped);
            }
            INDArray sums = in.mmul(params.get(INPUT_WEIGHT_KEY));
            if (conf.isBiased()) {
                sums.addiRowVector(params.get(BIAS_KEY));
            }
            INDArray mask = mask(x, step);
            GeneralCell.Tape tape = cell.forward(in, sums, state);
            tapes[order] = tape;
            shown = chosen(mask, tape.states()[0], conf.isRepeats() ? shown : zeros(x.size(0), units));
            output.get(all(), interval(0, units), point(step)).assign(shown);
            for (int i = 0; i < state.length; i++) {
                state[i] = chosen(mask, tape.states()[i], state[i]);
                if (conf.isStates()) {
                    output.get(all(), interval((1 + i) * units, (2 + i) * units), point(step))
                            .assign(state[i]);
                }
            }
        }
        return output;
    }

    private INDArray drawn(long batch, GeneralRecurrent conf) {
        double kept = 1 - conf.getInputDropout();
        return Nd4j.rand(dataType, batch, conf.getNIn())
                .lt(kept)
                .castTo(dataType)
                .divi(kept);
    }

    private INDArray zeros(long rows, long columns) {
        return Nd4j.zeros(dataType, rows, columns);
    }

    /** Rows of the first where the mask is 1, of the second where it is 0. */
    private static INDArray chosen(INDArray mask, INDArray present, INDArray masked) {
        return mask == null ? present : present.mulColumnVector(mask).addi(masked.mulColumnVector(mask.rsub(1)));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        Gradient gradient = new DefaultGradient();
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray below = back(epsilon);
            gradientViews.forEach((key, view) -> gradient.gradientForVariable().put(key, view));
            weightNoiseParams.clear();
            return new Pair<>(gradient, workspaces.dup(ArrayType.ACTIVATION_GRAD, below, 'f'));
        }
    }

    private INDArray back(INDArray epsilon) {
        GeneralRecurrent conf = layerConf();
        INDArray x = input.castTo(dataType);
        int steps = (int) x.size(2);
        long units = conf.getNOut();
        long batch = x.size(0);
        GeneralCell cell = cell();
        Map<String, INDArray> gradients = gradientViews;
        gradients.values().forEach(view -> view.assign(0));
        INDArray below = Nd4j.create(dataType, x.shape(), 'f');
        INDArray[] above = new INDArray[conf.getCell().states()];
        for (int i = 0; i < above.length; i++) {
            above[i] = zeros(batch, units);
        }
        INDArray repeated = zeros(batch, units);
        for (int order = steps - 1; order >= 0; order--) {
            int step = stepAt(order, steps);
            INDArray mask = mask(x, step);
            repeated.addi(channels(epsilon, 0, units, step));
            INDArray shown = mask == null ? repeated : repeated.mulColumnVector(mask);
            repeated = mask == null || !conf.isRepeats() ? zeros(batch, units) : repeated.mulColumnVector(mask.rsub(1));
            INDArray[] inside = new INDArray[above.length];
            for (int i = 0; i < above.length; i++) {
                if (conf.isStates()) {
                    above[i].addi(channels(epsilon, (1 + i) * units, (2 + i) * units, step));
                }
                inside[i] = mask == null ? above[i].dup() : above[i].mulColumnVector(mask);
            }
            inside[0].addi(shown);
            GeneralCell.Slopes slopes = cell.backward(tapes[order], inside, gradients);
            for (int i = 0; i < above.length; i++) {
                above[i] = mask == null
                        ? slopes.states()[i]
                        : slopes.states()[i].addi(above[i].mulColumnVector(mask.rsub(1)));
            }
            gradients.get(INPUT_WEIGHT_KEY).addi(tapes[order].in().transpose().mmul(slopes.sums()));
            if (conf.isBiased()) {
                gradients.get(BIAS_KEY).addi(slopes.sums().sum(0));
            }
            INDArray in = slopes.sums().mmul(params.get(INPUT_WEIGHT_KEY).transpose());
            if (dropped != null) {
                in.muli(dropped);
            }
            below.get(all(), interval(0, conf.getNIn()), point(step)).assign(in);
        }
        for (int i = 0; conf.isStarts() && i < above.length; i++) {
            long from = conf.getNIn() + (conf.isMasked() ? 1 : 0) + i * units;
            below.get(all(), interval(from, from + units), point(0)).assign(above[i]);
        }
        return below;
    }

    private UnsupportedOperationException noStreams() {
        return new UnsupportedOperationException("GeneralRecurrent layer '"
                + layerConf().getLayerName() + "' can't go on from window to window. Give whole sequences.");
    }

    @Override
    public INDArray rnnTimeStep(INDArray in, LayerWorkspaceMgr workspaces) {
        throw noStreams();
    }

    @Override
    public INDArray rnnActivateUsingStoredState(
            INDArray in, boolean training, boolean storeLastForTBPTT, LayerWorkspaceMgr workspaces) {
        throw noStreams();
    }

    @Override
    public Pair<Gradient, INDArray> tbpttBackpropGradient(
            INDArray epsilon, int tbpttBackLength, LayerWorkspaceMgr workspaces) {
        throw noStreams();
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState current, int minibatch) {
        maskArray = mask;
        maskState = current;
        return new Pair<>(mask, current);
    }
}
