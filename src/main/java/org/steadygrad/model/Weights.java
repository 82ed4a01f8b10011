package org.steadygrad.model;

import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.deeplearning4j.nn.weights.WeightInitNormal;
import org.deeplearning4j.nn.weights.WeightInitRelu;
import org.deeplearning4j.nn.weights.WeightInitReluUniform;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.deeplearning4j.nn.weights.WeightInitXavierUniform;
import org.nd4j.linalg.activations.IActivation;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.Initializers;
import org.steadygrad.nn.WeightInitOrthogonal;
import org.steadygrad.nn.WeightInitPerGate;
import org.steadygrad.spec.InitializerKind;

/** Turns a run file's initialisers into DL4J's. */
final class Weights {
    private Weights() {}

    /** For weights [inputs, units]; the identity must be square. */
    static IWeightInit of(InitializerKind kind, IActivation activation, long inputs, long units, String who) {
        if (kind == InitializerKind.IDENTITY && inputs != units) {
            throw InvalidInputException.of(
                    who,
                    "as many units as inputs for init: identity",
                    units + " units on " + inputs + " inputs",
                    "Choose another init.");
        }
        return plain(kind, activation);
    }

    /** For input weights of a recurrent layer, [inputs, gates * units]. */
    static IWeightInit ofGates(
            InitializerKind kind, IActivation activation, long inputs, long units, int gates, String who) {
        return new WeightInitPerGate(of(kind, activation, inputs, units, who), gates);
    }

    /** For recurrent weights, [units, gates * units]. */
    static IWeightInit recurrent(InitializerKind kind, IActivation activation) {
        return switch (kind) {
            case AUTO, ORTHOGONAL -> Initializers.recurrent();
            case IDENTITY -> Initializers.recurrentIdentity(1);
            default -> new WeightInitPerGate(plain(kind, activation));
        };
    }

    static IWeightInit normal(double deviation) {
        return new WeightInitDistribution(new NormalDistribution(0, deviation));
    }

    private static IWeightInit plain(InitializerKind kind, IActivation activation) {
        return switch (kind) {
            case AUTO -> Initializers.forActivation(activation);
            case XAVIER -> new WeightInitXavier();
            case XAVIER_UNIFORM -> new WeightInitXavierUniform();
            case HE -> new WeightInitRelu();
            case HE_UNIFORM -> new WeightInitReluUniform();
            case LECUN -> new WeightInitNormal();
            case ORTHOGONAL -> new WeightInitOrthogonal();
            case IDENTITY -> new WeightInitIdentity();
            case SMALL_NORMAL -> normal(0.01);
            case UNIT_NORMAL -> normal(1);
        };
    }
}
