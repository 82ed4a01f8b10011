package org.steadygrad.train;

import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.model.UpdaterSettings;

/** What a network's configuration may ask for that a run can't do. */
final class TrainableNetwork {
    private static final Logger LOG = LoggerFactory.getLogger(TrainableNetwork.class);

    private TrainableNetwork() {}

    /** @throws InvalidInputException naming the setting that a run can't follow */
    static void check(ComputationGraph network, LoopSettings settings) {
        if (TruncatedBptt.window(network) > 0 && settings.accumulate() > 1) {
            throw InvalidInputException.of(
                    "Trainer",
                    "either accumulate or windows of truncated back-propagation",
                    "both",
                    "Every window is an update of its own; leave one of the two out.");
        }
        OptimizationAlgorithm algorithm = network.conf().getOptimizationAlgo();
        if (algorithm != null && algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
            throw InvalidInputException.of(
                    "Trainer",
                    "a network with optimizationAlgo STOCHASTIC_GRADIENT_DESCENT",
                    algorithm,
                    "Line searches are DL4J's own; train this network with its fit.");
        }
        UpdaterSettings updates = UpdaterSettings.of(network);
        TrainingCounts counts = TrainingCounts.of(network);
        updates.configured()
                .or(() -> updates.at(counts.updates(), counts.epochs()))
                .ifPresent(found -> {
                    throw InvalidInputException.of("Trainer", "finite settings of updaters and penalties", found, "");
                });
        FollowedSchedules.surprises(network).forEach(LOG::warn);
        warnOfListeners(network.getListeners().size());
    }

    /** A listener that clips or watches would be missed. @param count of the network's listeners */
    static void warnOfListeners(int count) {
        if (count > 0) {
            LOG.warn(
                    "the network's {} listener(s) aren't called: clipping, health and records of this run are the Trainer's",
                    count);
        }
    }
}
