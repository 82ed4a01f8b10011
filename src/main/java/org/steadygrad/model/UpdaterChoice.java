package org.steadygrad.model;

import java.util.Optional;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.UpdaterFormula;
import org.steadygrad.spec.UpdaterSpec;

/** Turns a run file's update rule and learning-rate schedule into a DL4J configuration's. */
final class UpdaterChoice {
    private static final Cases<UpdaterSpec, IUpdater> PYTORCH = Cases.<UpdaterSpec, IUpdater>of(UpdaterSpec.class)
            .on(UpdaterSpec.Sgd.class, sgd -> new Sgd(sgd.learningRate()))
            .on(UpdaterSpec.Nesterovs.class, n -> new Nesterovs(n.learningRate(), n.momentum()))
            .on(UpdaterSpec.Adam.class, a -> TorchUpdater.adam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .on(
                    UpdaterSpec.AmsGrad.class,
                    a -> TorchUpdater.amsGrad(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .on(UpdaterSpec.Nadam.class, a -> TorchUpdater.nadam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .on(UpdaterSpec.RmsProp.class, r -> TorchUpdater.rmsProp(r.learningRate(), r.decay(), r.epsilon()))
            .on(UpdaterSpec.AdaGrad.class, a -> TorchUpdater.adaGrad(a.learningRate(), a.epsilon()))
            .on(UpdaterSpec.AdaMax.class, a -> TorchUpdater.adaMax(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .complete();

    private static final Cases<UpdaterSpec, IUpdater> ND4J = Cases.<UpdaterSpec, IUpdater>of(UpdaterSpec.class)
            .on(UpdaterSpec.Sgd.class, PYTORCH::of)
            .on(UpdaterSpec.Nesterovs.class, PYTORCH::of)
            .on(UpdaterSpec.Adam.class, a -> new Adam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .on(UpdaterSpec.AmsGrad.class, a -> new AMSGrad(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .on(UpdaterSpec.Nadam.class, a -> new Nadam(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .on(UpdaterSpec.RmsProp.class, r -> new RmsProp(r.learningRate(), r.decay(), r.epsilon()))
            .on(UpdaterSpec.AdaGrad.class, a -> new AdaGrad(a.learningRate(), a.epsilon()))
            .on(UpdaterSpec.AdaMax.class, a -> new AdaMax(a.learningRate(), a.beta1(), a.beta2(), a.epsilon()))
            .complete();

    private UpdaterChoice() {}

    static IUpdater of(TrainingSpec training, int plannedUpdates) {
        double rate = training.updater().learningRate();
        boolean nd4j = training.updater().chosenFormula().equals(Optional.of(UpdaterFormula.ND4J));
        IUpdater updater = (nd4j ? ND4J : PYTORCH).of(training.updater());
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
}
