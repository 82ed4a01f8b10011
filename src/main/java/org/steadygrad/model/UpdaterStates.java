package org.steadygrad.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.UpdaterBlock.ParamState;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.ops.ParameterBlock;

/**
 * Which number in a network's flat vector of updater states belongs to which parameter. Neighbouring parameters of equal
 * configuration share a stretch: first the first state of them all, then the second of them all.
 */
public final class UpdaterStates {
    /** By the updater's class; the letters are those of its formula. */
    private static final Map<String, List<String>> NAMES = Map.of(
            "Adam", List.of("m", "v"),
            "Nadam", List.of("m", "v"),
            "AMSGrad", List.of("m", "v", "h"),
            "AdaMax", List.of("m", "h"),
            "Nesterovs", List.of("momentum"),
            "RmsProp", List.of("s"),
            "AdaGrad", List.of("s"),
            "AdaDelta", List.of("s", "d"));

    private final List<Place> places = new ArrayList<>();

    /** Of one state of one parameter. */
    private record Place(ParameterBlock block, String state, int from) {}

    /**
     * A state with elements that are NaN or infinite.
     *
     * @param block the parameter that it belongs to
     * @param state its name in the updater's formula, such as "m"
     * @param count of such elements
     * @param first of them
     */
    public record NonFinite(ParameterBlock block, String state, long count, float first) {
        /** Which state of which parameter, and how much of it; without the layer. */
        public String words() {
            return "updater state " + state + " of parameter " + block.parameter() + " (" + count + " of "
                    + block.length() + " elements)";
        }
    }

    private UpdaterStates() {}

    /** @param network initialised; its updater is created if it has none yet */
    public static UpdaterStates of(ComputationGraph network) {
        UpdaterStates states = new UpdaterStates();
        List<ParameterBlock> blocks = FlatLayouts.of(network).blocks();
        int next = 0;
        for (UpdaterBlock shared : network.getUpdater().getUpdaterBlocks()) {
            int stride = shared.getParamOffsetEnd() - shared.getParamOffsetStart();
            int count =
                    stride == 0 ? 0 : (shared.getUpdaterViewOffsetEnd() - shared.getUpdaterViewOffsetStart()) / stride;
            for (ParamState parameter : shared.getLayersAndVariablesInBlock()) {
                ParameterBlock block = blocks.get(next++);
                IUpdater updater = parameter.getLayer().getConfig().getUpdaterByParam(parameter.getParamName());
                int first = shared.getUpdaterViewOffsetStart() + (int) block.offset() - shared.getParamOffsetStart();
                for (int state = 0; state < count; state++) {
                    states.places.add(new Place(block, name(updater, state), first + state * stride));
                }
            }
        }
        return states;
    }

    private static String name(IUpdater updater, int state) {
        String type = updater instanceof TorchUpdater torch
                ? sameStates(torch.method())
                : updater.getClass().getSimpleName();
        List<String> names = NAMES.getOrDefault(type, List.of());
        return state < names.size() ? names.get(state) : "number " + (state + 1);
    }

    /** ND4J's updater of the same name. */
    private static String sameStates(TorchUpdater.Method method) {
        return switch (method) {
            case ADAM -> "Adam";
            case AMS_GRAD -> "AMSGrad";
            case NADAM -> "Nadam";
            case RMS_PROP -> "RmsProp";
            case ADA_GRAD -> "AdaGrad";
            case ADA_MAX -> "AdaMax";
        };
    }

    /** @param state the flat vector; null or empty where updaters keep none */
    public List<NonFinite> nonFinite(float[] state) {
        List<NonFinite> found = new ArrayList<>();
        for (Place place : places) {
            long count = 0;
            float first = 0;
            int end = place.from + (int) place.block.length();
            for (int i = place.from; state != null && i < end; i++) {
                if (!Float.isFinite(state[i])) {
                    first = count++ == 0 ? state[i] : first;
                }
            }
            if (count > 0) {
                found.add(new NonFinite(place.block, place.state, count, first));
            }
        }
        return found;
    }

    /** All of a network. */
    public static List<NonFinite> nonFinite(ComputationGraph network) {
        INDArray state =
                network.getUpdater() == null ? null : network.getUpdater().getStateViewArray();
        return NonFiniteParameters.finite(state)
                ? List.of()
                : of(network).nonFinite(state.dup('c').data().asFloat());
    }
}
