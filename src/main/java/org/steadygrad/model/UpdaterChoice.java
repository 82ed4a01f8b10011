package org.steadygrad.model;

import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.UpdaterSpec;

/** Turns a run file's update rule and learning-rate schedule into DL4J's. */
final class UpdaterChoice {
    private UpdaterChoice() {}

    static IUpdater of(TrainingSpec training, int plannedUpdates) {
        double rate = training.updater().learningRate();
        IUpdater updater = rule(training.updater());
        boolean constant = training.schedule() instanceof ScheduleSpec.Constant && training.warmup() == 0;
        if (!constant && updater instanceof AdaGrad) {
            // DL4J copies an updater for every layer, and AdaGrad's copies lose their schedule
            throw InvalidInputException.of(
                    "training",
                    "a constant learning rate with adaGrad, whose own sums lower the rate as training goes on",
                    "a schedule or warm-up",
                    "Leave schedule and warmup out, or take another updater, such as adam.");
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
