package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.steadygrad.check.Check;

/**
 * A deep stack of dense blocks in one line, for DL4J's graph builder:
 *
 * <pre>
 *     String last = DeepStack.of(30, 64).activation(Activation.SIGMOID).batchNorm(true).residual(true)
 *             .addTo(graph, "in", 64);
 * </pre>
 *
 * A block is {@code linear -> [batch norm] -> activation -> [+ block input]}. The sum is left out at a block whose input
 * has another width than its output, which can be the first block only. Weights start as
 * {@link Initializers#forActivation} says unless set otherwise.
 */
public final class DeepStack {
    private final int depth;
    private final int units;
    private String name = "stack";
    private IActivation activation = new ActivationReLU();
    private IWeightInit weightInit;
    private boolean batchNorm;
    private boolean residual;
    private boolean sequences;
    private double dropped;

    private DeepStack(int depth, int units) {
        this.depth = Check.positive(depth, "DeepStack", "depth");
        this.units = Check.positive(units, "DeepStack", "units");
    }

    /**
     * @param depth number of blocks
     * @param units width of each
     * @return a stack with ReLU, no batch norm and no residual connections
     */
    public static DeepStack of(int depth, int units) {
        return new DeepStack(depth, units);
    }

    /** What the vertices' names begin with; "stack" unless set. Must differ between the stacks of a graph. */
    public DeepStack name(String prefix) {
        name = Check.notNull(prefix, "DeepStack", "name");
        return this;
    }

    /** The function after each linear part; ReLU unless set. */
    public DeepStack activation(Activation function) {
        return activation(function.getActivationFunction());
    }

    /** The function after each linear part; ReLU unless set. */
    public DeepStack activation(IActivation function) {
        activation = Check.notNull(function, "DeepStack", "activation");
        return this;
    }

    /** Initialises the weights; unless set, what suits the activation. */
    public DeepStack weightInit(IWeightInit initializer) {
        weightInit = initializer;
        return this;
    }

    /** Whether batch norm stands between each linear part and its activation. */
    public DeepStack batchNorm(boolean on) {
        batchNorm = on;
        return this;
    }

    /** Whether each block's input is added to its output. */
    public DeepStack residual(boolean on) {
        residual = on;
        return this;
    }

    /** Whether the input is [batch, features, time]; the stack is applied to every step then, and so is its output. */
    public DeepStack sequences(boolean on) {
        sequences = on;
        return this;
    }

    /** @param share of each block's inputs that is dropped while training, in [0, 1); DL4J's setting is what is kept */
    public DeepStack dropout(double share) {
        dropped = Check.inHalfOpen(share, 0, 1, "DeepStack", "dropout");
        return this;
    }

    /**
     * Adds the stack to a graph.
     *
     * @param graph is modified
     * @param input name of the vertex below
     * @param inputSize that vertex's number of features
     * @return name of the stack's last vertex
     */
    public String addTo(GraphBuilder graph, String input, long inputSize) {
        Check.positive(inputSize, "DeepStack", "inputSize");
        String last = input;
        if (sequences) {
            graph.addLayer(name + "-steps", identity(), new RnnToFeedForwardPreProcessor(), last);
            last = name + "-steps";
        }
        for (int block = 1; block <= depth; block++) {
            last = addBlock(graph, name + block, last, block == 1 ? inputSize : units);
        }
        if (sequences) {
            graph.addLayer(name + "-sequence", identity(), new FeedForwardToRnnPreProcessor(), last);
            last = name + "-sequence";
        }
        return last;
    }

    private String addBlock(GraphBuilder graph, String block, String input, long width) {
        DenseLayer.Builder linear = new DenseLayer.Builder()
                .nIn(width)
                .nOut(units)
                .weightInit(weightInit == null ? Initializers.forActivation(activation) : weightInit)
                .activation(batchNorm ? new ActivationIdentity() : activation);
        if (dropped > 0) {
            linear.dropOut(1 - dropped);
        }
        graph.addLayer(block, linear.build(), input);
        String last = block;
        if (batchNorm) {
            last = block + "-norm";
            graph.addLayer(
                    last,
                    new BatchNorm.Builder()
                            .nIn(units)
                            .nOut(units)
                            .activation(activation)
                            .build(),
                    block);
        }
        if (residual && width == units) {
            graph.addVertex(block + "-sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), last, input);
            last = block + "-sum";
        }
        return last;
    }

    private static ActivationLayer identity() {
        return new ActivationLayer(new ActivationIdentity());
    }
}
