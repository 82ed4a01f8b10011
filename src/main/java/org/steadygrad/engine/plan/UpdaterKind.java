package org.steadygrad.engine.plan;

import java.util.Optional;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.steadygrad.nn.TorchUpdater;

/**
 * The formulas of updaters that engines compute themselves: ND4J's of 1.0.0-M2.1 and {@link TorchUpdater}'s, which differ in
 * the numbers only ({@link UpdateNumbers}). There, {@code g} is the gradient, {@code u} what is subtracted from the
 * parameter, {@code r} the rate, {@code q} the gradient's own rate, {@code a} and {@code b} the two decays and {@code e}
 * epsilon; a prime marks the new value of a state. The states are named in the order in which DL4J keeps them.
 */
public enum UpdaterKind {
    /** {@code u = g}. */
    NO_OP(NoOp.class, 0, false),
    /** {@code u = r g}. */
    SGD(Sgd.class, 0, false),
    /** State v: {@code v' = a v - r g, u = a v - (1 + a) v'}. */
    NESTEROVS(Nesterovs.class, 1, false),
    /** States m, v: {@code m' = a m + (1 - a) g, v' = b v + (1 - b) g^2, u = r m' / (sqrt(v') + e)}. */
    ADAM(Adam.class, 2, true),
    /** States m, v, h: as Adam, but {@code h' = max(h, v'), u = r m' / (sqrt(h') + e)}. */
    AMS_GRAD(AMSGrad.class, 3, true),
    /** States m, v: as Adam, but {@code u = (r m' + q g) / (sqrt(v') + e)}. */
    NADAM(Nadam.class, 2, true),
    /** State s: {@code s' = a s + (1 - a) g^2, u = r g / (sqrt(s') + e)}. */
    RMS_PROP(RmsProp.class, 1, true),
    /** State s: {@code s' = s + g^2, u = r g / (sqrt(s') + e)}. */
    ADA_GRAD(AdaGrad.class, 1, true),
    /**
     * States s, d: {@code s' = a s + (1 - a) g^2, u = g sqrt(d + e) / sqrt(s' + e), d' = a d + (1 - a) u^2}. It has no
     * rate.
     */
    ADA_DELTA(AdaDelta.class, 2, true),
    /**
     * States m, h: {@code m' = a m + (1 - a) g, h' = max(b h, |g| + e), u = r m' / h'}. ND4J adds its own 1e-32 to the larger
     * of the two, which is the same for gradients above 1e-25.
     */
    ADA_MAX(AdaMax.class, 2, true);

    private final Class<? extends IUpdater> type;
    private final int states;
    private final boolean divides;

    UpdaterKind(Class<? extends IUpdater> type, int states, boolean divides) {
        this.type = type;
        this.states = states;
        this.divides = divides;
    }

    /** Numbers kept per parameter. */
    public int states() {
        return states;
    }

    /** Whether epsilon keeps it from dividing by zero. */
    public boolean divides() {
        return divides;
    }

    /** @return empty for a class that isn't one of these, derived ones included */
    static Optional<UpdaterKind> of(IUpdater updater) {
        for (UpdaterKind kind : values()) {
            if (updater != null && updater.getClass() == kind.type) {
                return Optional.of(kind);
            }
        }
        return updater instanceof TorchUpdater torch ? Optional.of(of(torch.method())) : Optional.empty();
    }

    private static UpdaterKind of(TorchUpdater.Method method) {
        return switch (method) {
            case ADAM -> ADAM;
            case AMS_GRAD -> AMS_GRAD;
            case NADAM -> NADAM;
            case RMS_PROP -> RMS_PROP;
            case ADA_GRAD -> ADA_GRAD;
            case ADA_MAX -> ADA_MAX;
        };
    }
}
