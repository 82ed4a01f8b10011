package org.steadygrad.nn;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.GRUAccelerator.Parameters;
import org.steadygrad.nn.GRUAccelerator.Pass;
import org.steadygrad.nn.GRUAccelerator.Sequences;
import org.steadygrad.nn.GRUAccelerator.Session;

/**
 * One {@link GRULayer} on a {@link GRUAccelerator}, where there is one. The system property {@value #PROPERTY} set to
 * {@value #ND4J} keeps layers made from then on with ND4J's operations.
 */
final class AcceleratedGRU {
    static final String PROPERTY = "org.steadygrad.gru";
    static final String ND4J = "nd4j";

    private static final String AUTO = "auto";

    /** Looked up once; empty when there is none that works here. */
    private static final class Found {
        static final Optional<GRUAccelerator> ACCELERATOR = ServiceLoader.load(GRUAccelerator.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(GRUAccelerator::usable)
                .findFirst();
    }

    private final Session session;

    private AcceleratedGRU(Session session) {
        this.session = session;
    }

    /**
     * A forward pass of training that a backward pass can go back over.
     *
     * @param pass what the accelerator left
     * @param initial state that it started from, detached; null for zeros
     */
    record Run(Pass pass, INDArray initial) {}

    /** Empty when the layer or this machine has to do with ND4J's operations. */
    static Optional<AcceleratedGRU> of(GRU layer, DataType type) {
        String choice = System.getProperty(PROPERTY, AUTO);
        if (!choice.equals(AUTO) && !choice.equals(ND4J)) {
            throw InvalidInputException.of("system property " + PROPERTY, AUTO + " or " + ND4J, choice, "");
        }
        boolean plain = type == DataType.FLOAT
                && layer.getActivationFn() instanceof ActivationTanH
                && layer.getGateActivationFn() instanceof ActivationSigmoid;
        if (!plain || choice.equals(ND4J)) {
            return Optional.empty();
        }
        return Found.ACCELERATOR.map(accelerator -> new AcceleratedGRU(accelerator.open()));
    }

    /** Whether the mask is all zeros and ones, or null. */
    static boolean accepts(INDArray mask) {
        if (mask == null) {
            return true;
        }
        for (float value : mask.dup().data().asFloat()) {
            if (value != 0 && value != 1) {
                return false;
            }
        }
        return true;
    }

    /** @param output is given the layer's output */
    Run forward(Map<String, INDArray> parameters, Sequences sequences, INDArray output, boolean training) {
        INDArray mask = sequences.mask() == null ? null : sequences.mask().castTo(DataType.FLOAT);
        Sequences floats = new Sequences(sequences.x(), mask, sequences.initial());
        return new Run(session.forward(named(parameters), floats, output, training), sequences.initial());
    }

    private static Parameters named(Map<String, INDArray> arrays) {
        INDArray bias = arrays.get(GRUParamInitializer.BIAS_KEY);
        return new Parameters(
                arrays.get(GRUParamInitializer.INPUT_WEIGHT_KEY),
                arrays.get(GRUParamInitializer.RECURRENT_WEIGHT_KEY),
                bias.reshape(bias.length()));
    }

    /** The state after the last step of a run, [batch, units], outside workspaces. */
    static INDArray finalState(Run run, long batch, long units) {
        try (var outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray state = Nd4j.createUninitialized(DataType.FLOAT, batch, units);
            run.pass.finalState(state);
            return state;
        }
    }

    /**
     * @param input gradient with respect to the layer's input, [batch, nIn, time]
     * @param initialState with respect to the state before the first step, outside workspaces
     */
    record Gradients(INDArray input, INDArray initialState) {}

    /** @param shape of the input, [batch, nIn, time] */
    static Gradients backward(
            Run run, INDArray epsilon, Map<String, INDArray> views, long[] shape, LayerWorkspaceMgr workspaces) {
        INDArray input = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, shape, 'f');
        try (var outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            INDArray initial = Nd4j.createUninitialized(DataType.FLOAT, epsilon.size(0), epsilon.size(1));
            run.pass.backward(epsilon, named(views), input, initial);
            return new Gradients(input, initial);
        }
    }
}
