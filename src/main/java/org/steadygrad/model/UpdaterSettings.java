package org.steadygrad.model;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.steadygrad.ops.ParameterBlock;

/**
 * Looks for settings of updaters and penalties that aren't finite. ND4J takes epsilon for a learning rate of Adam's that is NaN,
 * so that such a setting doesn't even show in the parameters.
 */
public final class UpdaterSettings {
    /** One of each among equal ones, with the first parameter that has it. */
    private record Setting(
            ParameterBlock block, IUpdater updater, List<Regularization> penalties, Optional<Double> threshold) {}

    private static final Set<String> SCHEDULED = Set.of("learningRate", "momentum");

    private final List<Setting> settings = new ArrayList<>();

    private UpdaterSettings() {}

    /** @param network initialised; frozen parameters are left out */
    public static UpdaterSettings of(ComputationGraph network) {
        UpdaterSettings all = new UpdaterSettings();
        for (ParameterBlock block : FlatLayouts.of(network).blocks()) {
            TrainingConfig config = network.getVertex(block.layer()).getConfig();
            if (block.kind() != ParameterBlock.Kind.FROZEN && config != null) {
                List<Regularization> penalties = config.getRegularizationByParam(block.parameter());
                all.add(new Setting(
                        block,
                        config.getUpdaterByParam(block.parameter()),
                        penalties == null ? List.of() : penalties,
                        threshold(config)));
            }
        }
        return all;
    }

    /** Of DL4J's own normalisation of gradients, which takes NaN for a threshold that nothing exceeds. */
    private static Optional<Double> threshold(TrainingConfig config) {
        GradientNormalization normalization = config.getGradientNormalization();
        return normalization == null || normalization == GradientNormalization.None
                ? Optional.empty()
                : Optional.of(config.getGradientNormalizationThreshold());
    }

    private void add(Setting setting) {
        boolean known = settings.stream()
                .anyMatch(s -> s.updater.equals(setting.updater)
                        && s.penalties.equals(setting.penalties)
                        && s.threshold.equals(setting.threshold));
        if (!known) {
            settings.add(setting);
        }
    }

    /**
     * Among what is written in the configuration, but for rates and momentum, which are NaN there where a schedule stands in.
     *
     * @return name, place and value in words
     */
    public Optional<String> configured() {
        for (Setting setting : settings) {
            Optional<String> found = written(setting.updater, setting);
            for (Regularization penalty : setting.penalties) {
                found = found.or(() -> written(penalty, setting));
            }
            found = found.or(() -> setting.threshold
                    .filter(threshold -> threshold.isNaN())
                    .map(threshold -> threshold + " as gradientNormalizationThreshold of " + setting.block.layer()));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> written(Object config, Setting setting) {
        JsonNode tree = NeuralNetConfiguration.mapper().valueToTree(config);
        return nonFinite(tree, "")
                .map(key -> key + " of the " + config.getClass().getSimpleName() + " of " + setting.block.name());
    }

    private static Optional<String> nonFinite(JsonNode node, String path) {
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue()) && !SCHEDULED.contains(path)) {
            return Optional.of(node.doubleValue() + " as " + path);
        }
        Iterator<Map.Entry<String, JsonNode>> fields = node.fields();
        while (fields.hasNext()) {
            Map.Entry<String, JsonNode> field = fields.next();
            String inner = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            Optional<String> found = nonFinite(field.getValue(), inner);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /**
     * The learning rate of the first parameter whose updater has one; NaN without such.
     *
     * @param iteration number of updates so far
     * @param epoch number of epochs so far
     */
    public double learningRate(int iteration, int epoch) {
        return settings.stream()
                .map(Setting::updater)
                .filter(updater -> updater != null && updater.hasLearningRate())
                .findFirst()
                .map(updater -> updater.getLearningRate(iteration, epoch))
                .orElse(Double.NaN);
    }

    /**
     * Among what schedules come to.
     *
     * @param iteration number of updates so far
     * @param epoch number of full passes over the data so far
     * @return name, place and value in words
     */
    public Optional<String> at(int iteration, int epoch) {
        for (Setting setting : settings) {
            IUpdater updater = setting.updater;
            if (updater.hasLearningRate()) {
                double rate = updater.getLearningRate(iteration, epoch);
                if (!Double.isFinite(rate)) {
                    return Optional.of(rate + " as learning rate of " + setting.block.name());
                }
            }
            if (updater instanceof Nesterovs nesterovs
                    && !Double.isFinite(nesterovs.currentMomentum(iteration, epoch))) {
                return Optional.of(
                        nesterovs.currentMomentum(iteration, epoch) + " as momentum of " + setting.block.name());
            }
            for (Regularization penalty : setting.penalties) {
                ISchedule schedule = schedule(penalty);
                if (schedule != null && !Double.isFinite(schedule.valueAt(iteration, epoch))) {
                    return Optional.of(schedule.valueAt(iteration, epoch) + " as "
                            + penalty.getClass().getSimpleName() + " of " + setting.block.name());
                }
            }
        }
        return Optional.empty();
    }

    private static ISchedule schedule(Regularization penalty) {
        if (penalty instanceof L1Regularization first) {
            return first.getL1();
        }
        if (penalty instanceof L2Regularization second) {
            return second.getL2();
        }
        return penalty instanceof WeightDecay decay ? decay.getCoeff() : null;
    }
}
