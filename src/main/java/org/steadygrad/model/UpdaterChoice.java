package org.steadygrad.model;

import java.util.Optional;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.UpdaterFormula;
import org.steadygrad.spec.UpdaterSpec;

/** Turns a run file's update rule and learning-rate schedule into a DL4J configuration's. */
final class UpdaterChoice {
    private UpdaterChoice() {}

    static IUpdater of(TrainingSpec training, int plannedUpdates) {
        double rate = training.updater().learningRate();
        boolean nd4j = training.updater().chosenFormula().equals(Optional.of(UpdaterFormula.ND4J));
        IUpdater updater = nd4j ? nd4j(training.updater()) : rule(training.updater());
        boolean constant = training.schedule() instanceof ScheduleSpec.Constant && training.warmup() == 0;
        if (!constant && updater instanceof AdaGrad) {
            // DL4J copies an updater for every layer, and AdaGrad's copies lose their schedule
            throw InvalidInputException.of(
                    "training",
                    "a constant learning rate with ND4J's adaGrad",
                    "a schedule or warm-up",
                    "Leave schedule and warmup out, or formula, since PyTorch's takes them.");
        }
        if (!constant) {
            updater.setLrAndSchedule(
                    rate, WarmupSchedule.of(rate, training.schedule(), training.warmup(), plannedUpdates));
        }
        return updater;
    }

    private static IUpdater rule(UpdaterSpec updater) {
        if (updater instanceof UpdaterSpec.Sgd sgd) {
            return new Sgd(sgd.learningRate());
        } else if (updater instanceof UpdaterSpec.Nesterovs n) {
            return new Nesterovs(n.learningRate(), n.momentum());
        } else if (updater instanceof UpdaterSpec.Adam a) {
            return TorchUpdater.adam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon());
        } else if (updater instanceof UpdaterSpec.AmsGrad a) {
            return TorchUpdater.amsGrad(a.learningRate(), a.beta1(), a.beta2(), a.epsilon());
        } else if (updater instanceof UpdaterSpec.Nadam a) {
            return TorchUpdater.nadam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon());
        } else if (updater instanceof UpdaterSpec.RmsProp r) {
            return TorchUpdater.rmsProp(r.learningRate(), r.decay(), r.epsilon());
        }
        UpdaterSpec.AdaGrad a = (UpdaterSpec.AdaGrad) updater;
        return TorchUpdater.adaGrad(a.learningRate(), a.epsilon());
    }

    private static IUpdater nd4j(UpdaterSpec updater) {
        if (updater instanceof UpdaterSpec.Adam a) {
            return new Adam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon());
        } else if (updater instanceof UpdaterSpec.AmsGrad a) {
            return new AMSGrad(a.learningRate(), a.beta1(), a.beta2(), a.epsilon());
        } else if (updater instanceof UpdaterSpec.Nadam a) {
            return new Nadam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon());
        } else if (updater instanceof UpdaterSpec.RmsProp r) {
            return new RmsProp(r.learningRate(), r.decay(), r.epsilon());
        }
        UpdaterSpec.AdaGrad a = (UpdaterSpec.AdaGrad) updater;
        return new AdaGrad(a.learningRate(), a.epsilon());
    }
}
