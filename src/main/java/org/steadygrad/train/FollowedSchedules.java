package org.steadygrad.train;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.ops.ParameterBlock;

/** Which of a network's schedules don't do what their names say in ND4J 1.0.0-M2.1. All others are followed as they are. */
final class FollowedSchedules {
    private FollowedSchedules() {}

    /**
     * @return a sentence for each schedule that is followed though it does something else than one expects
     * @throws InvalidInputException naming a schedule or rate that can't be followed
     */
    static Set<String> surprises(ComputationGraph network) {
        Set<String> surprises = new LinkedHashSet<>();
        for (ParameterBlock block : FlatLayouts.of(network).blocks()) {
            if (!block.trained()) {
                continue;
            }
            TrainingConfig config = network.getVertex(block.layer()).getConfig();
            IUpdater updater = config.getUpdaterByParam(block.parameter());
            refuseLostRate(updater, block);
            List<Regularization> penalties = config.getRegularizationByParam(block.parameter());
            Stream.concat(
                            ofUpdater(updater),
                            penalties == null
                                    ? Stream.empty()
                                    : penalties.stream().map(FollowedSchedules::of))
                    .filter(Objects::nonNull)
                    .forEach(schedule -> surprise(schedule, block, surprises));
        }
        return surprises;
    }

    /** DL4J copies an updater for every layer, and AdaGrad's copies lose their schedule. */
    private static void refuseLostRate(IUpdater updater, ParameterBlock block) {
        if (updater instanceof AdaGrad lost && Double.isNaN(lost.getLearningRate())) {
            throw InvalidInputException.of(
                    "Trainer",
                    "an AdaGrad with a learning rate",
                    "none for " + block.name() + ": DL4J has lost its schedule on the way to the layer",
                    "Give it a constant rate, or take nn.TorchUpdater.adaGrad, which keeps schedules.");
        }
    }

    private static void surprise(ISchedule schedule, ParameterBlock block, Set<String> surprises) {
        if (schedule instanceof RampSchedule) {
            throw InvalidInputException.of(
                    "Trainer",
                    "schedules that DL4J can read again",
                    "a RampSchedule for " + block.name() + ", which its JSON can be written with but not read",
                    "Take model.WarmupSchedule.");
        }
        if (schedule instanceof PolySchedule polynomial) {
            surprises.add(String.format(
                    "PolySchedule doesn't decay: ND4J's rises from %s to %s within %d %ss, and is 0 from there on. A decay is"
                            + " initialValue * (1 - t / maxIter)^power; model.WarmupSchedule has one along a line.",
                    polynomial.getInitialValue(),
                    polynomial.getInitialValue() * Math.pow(2, polynomial.getPower()),
                    polynomial.getMaxIter(),
                    polynomial.getScheduleType().toString().toLowerCase(Locale.ROOT)));
        }
        if (schedule instanceof CycleSchedule cycle && (cycle.getCycleLength() - cycle.getAnnealingLength()) % 2 != 0) {
            surprises.add(String.format(
                    "CycleSchedule jumps to %s once in every cycle, before its annealing, since cycleLength - annealingLength = %d"
                            + " is odd. Make it even.",
                    cycle.getInitialLearningRate() / cycle.getAnnealingDecay(),
                    cycle.getCycleLength() - cycle.getAnnealingLength()));
        }
    }

    private static ISchedule of(Regularization penalty) {
        if (penalty instanceof L1Regularization first) {
            return first.getL1();
        } else if (penalty instanceof L2Regularization second) {
            return second.getL2();
        }
        return penalty instanceof WeightDecay decay ? decay.getCoeff() : null;
    }

    private static Stream<ISchedule> ofUpdater(IUpdater updater) {
        if (updater instanceof Nesterovs nesterovs) {
            return Stream.of(nesterovs.getLearningRateSchedule(), nesterovs.getMomentumISchedule())
                    .filter(Objects::nonNull);
        }
        return Stream.ofNullable(ofRate(updater));
    }

    private static ISchedule ofRate(IUpdater updater) {
        if (updater instanceof TorchUpdater torch) {
            return torch.schedule().orElse(null);
        } else if (updater instanceof Sgd sgd) {
            return sgd.getLearningRateSchedule();
        } else if (updater instanceof Adam adam) {
            return adam.getLearningRateSchedule();
        } else if (updater instanceof AMSGrad amsGrad) {
            return amsGrad.getLearningRateSchedule();
        } else if (updater instanceof Nadam nadam) {
            return nadam.getLearningRateSchedule();
        } else if (updater instanceof AdaMax adaMax) {
            return adaMax.getLearningRateSchedule();
        } else if (updater instanceof AdaBelief adaBelief) {
            return adaBelief.getLearningRateSchedule();
        }
        return updater instanceof RmsProp rmsProp ? rmsProp.getLearningRateSchedule() : null;
    }
}
