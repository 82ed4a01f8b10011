package org.steadygrad.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.UpdaterBlock.ParamState;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/**
 * How a model's flat gradient becomes new parameters: DL4J's updaters, schedules and penalties, parameter by parameter.
 * All three flat vectors (parameters, gradient, updater state) have exactly DL4J's layout.
 *
 * @param layout of parameters and gradient
 * @param updates one per block of the layout, in its order
 * @param stateLength number of elements of the flat state vector
 */
public record UpdatePlan(FlatLayout layout, List<ParameterUpdate> updates, long stateLength) {
    private static final String WHO = "UpdatePlan";

    public UpdatePlan {
        Check.notNull(layout, WHO, "layout");
        updates = List.copyOf(updates);
        if (!updates.stream().map(ParameterUpdate::block).toList().equals(layout.blocks())) {
            throw InvalidInputException.of(WHO, "one update per block of the layout", updates.size() + " others", "");
        }
        Check.nonNegative(stateLength, WHO, "stateLength");
    }

    /**
     * @param graph an initialised graph; its updater is created if it has none yet
     * @throws InvalidInputException saying what {@link #unsupported} says
     */
    public static UpdatePlan of(ComputationGraph graph) {
        Check.notNull(graph, WHO, "graph");
        unsupported(graph).ifPresent(what -> {
            throw InvalidInputException.of(WHO, "updaters and penalties that engines compute themselves", what, "");
        });
        FlatLayout layout = FlatLayouts.of(graph);
        INDArray state = graph.getUpdater().getStateViewArray();
        List<ParameterUpdate> updates = new ArrayList<>();
        for (UpdaterBlock shared : graph.getUpdater().getUpdaterBlocks()) {
            long stride = (long) shared.getParamOffsetEnd() - shared.getParamOffsetStart();
            for (ParamState parameter : shared.getLayersAndVariablesInBlock()) {
                ParameterBlock block = layout.blocks().get(updates.size());
                long before = block.offset() - shared.getParamOffsetStart();
                updates.add(update(block, parameter, shared.getUpdaterViewOffsetStart() + before, stride));
            }
        }
        return new UpdatePlan(layout, updates, state == null ? 0 : state.length());
    }

    private static ParameterUpdate update(ParameterBlock block, ParamState parameter, long stateOffset, long stride) {
        if (block.kind() == ParameterBlock.Kind.FROZEN) {
            return new ParameterUpdate(block, UpdaterKind.NO_OP, new NoOp(), List.of(), stateOffset, stride);
        }
        TrainingConfig config = parameter.getLayer().getConfig();
        String name = parameter.getParamName();
        UpdaterKind kind = UpdaterKind.of(config.getUpdaterByParam(name)).orElseThrow();
        List<Regularization> penalties = config.getRegularizationByParam(name);
        return new ParameterUpdate(
                block,
                kind,
                config.getUpdaterByParam(name),
                penalties == null ? List.of() : penalties,
                stateOffset,
                stride);
    }

    /**
     * What of a graph's update engines can't compute themselves: other updaters and penalties, DL4J's own gradient
     * normalisation, constraints, parameters that only pre-training changes. Frozen parameters may have any: they are
     * left alone.
     *
     * @param graph an initialised graph
     * @return names the layer and what is the matter with it; empty if all is supported
     */
    public static Optional<String> unsupported(ComputationGraph graph) {
        return UpdateSupport.firstProblem(graph);
    }

    /** A line per parameter: its name, length, kind, updater, penalties and place of its states. */
    public String describe() {
        return updates.stream()
                .map(update -> update.block().name() + " [" + update.offset() + ", "
                        + (update.offset() + update.length()) + ") "
                        + update.block().kind() + " " + update.updater() + " " + update.penalties() + " state "
                        + update.stateOffset() + " by " + update.stateStride())
                .collect(Collectors.joining("\n"));
    }
}
