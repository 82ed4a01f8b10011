package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.ops.ParameterBlock;

/** Finds in a graph's configuration what {@link UpdatePlan} can't express. */
final class UpdateSupport {
    private static final List<Class<? extends Regularization>> PENALTIES =
            List.of(L1Regularization.class, L2Regularization.class, WeightDecay.class);

    private UpdateSupport() {}

    static Optional<String> firstProblem(ComputationGraph graph) {
        return FlatLayouts.of(graph).blocks().stream()
                .map(block -> problem(graph.getVertex(block.layer()), block))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> problem(GraphVertex vertex, ParameterBlock block) {
        if (block.kind() == ParameterBlock.Kind.FROZEN) {
            return Optional.empty();
        }
        TrainingConfig config = vertex.getConfig();
        String where = "layer '" + block.layer() + "': ";
        GradientNormalization normalization = config.getGradientNormalization();
        if (normalization != null && normalization != GradientNormalization.None) {
            return Optional.of(where + "gradient normalisation " + normalization);
        }
        if (vertex.hasLayer() && constrained(vertex.getLayer().conf().getLayer())) {
            return Optional.of(where + "constraints on parameters");
        }
        if (config.isPretrainParam(block.parameter())) {
            return Optional.of(where + "parameter " + block.parameter() + ", which only pre-training changes");
        }
        IUpdater updater = config.getUpdaterByParam(block.parameter());
        Optional<UpdaterKind> kind = UpdaterKind.of(updater);
        List<Regularization> penalties = config.getRegularizationByParam(block.parameter());
        if (kind.isEmpty()) {
            return Optional.of(where + "updater " + name(updater));
        }
        return isEmpty(penalties) ? Optional.empty() : unknown(penalties).map(name -> where + "penalty " + name);
    }

    private static boolean isEmpty(List<?> list) {
        return list == null || list.isEmpty();
    }

    private static Optional<String> unknown(List<Regularization> penalties) {
        return penalties.stream()
                .filter(penalty -> !PENALTIES.contains(penalty.getClass()))
                .map(UpdateSupport::name)
                .findFirst();
    }

    private static String name(Object setting) {
        return setting == null ? "none" : setting.getClass().getSimpleName();
    }

    private static boolean constrained(Layer layer) {
        if (layer instanceof Bidirectional both) {
            return constrained(both.getFwd()) || constrained(both.getBwd());
        }
        if (layer instanceof BaseWrapperLayer wrapper && constrained(wrapper.getUnderlying())) {
            return true;
        }
        return !isEmpty(layer.getConstraints());
    }
}
