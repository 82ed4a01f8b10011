package org.steadygrad.engine;

import static org.steadygrad.engine.ContractModels.output;
import static org.steadygrad.engine.ContractModels.pooling;
import static org.steadygrad.engine.ContractModels.stepOutput;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;

/**
 * Random graphs of supported layers, with a random batch; the same seed gives the same case. Sizes are awkward on purpose.
 * Dropout is left out, since engines draw different masks.
 */
final class RandomModels {
    private static final int[] SIZES = {1, 2, 3, 5, 7, 8, 9, 17, 33};
    private static final int[] BATCHES = {1, 2, 3, 5, 8};
    private static final int[] STEPS = {1, 2, 3, 7, 19};
    private static final int[] OUTPUTS = {2, 3, 10};
    private static final Activation[] ACTIVATIONS = {
        Activation.IDENTITY, Activation.TANH, Activation.SIGMOID, Activation.RELU, Activation.LEAKYRELU, Activation.ELU
    };

    private final Random random;
    private final int examples;
    private final int steps;
    private final StringBuilder description = new StringBuilder();
    private GraphBuilder graph;
    private boolean sequence;
    private int width;
    private String last = "in";
    private int count;

    private RandomModels(long seed) {
        random = new Random(seed);
        examples = pick(BATCHES);
        steps = pick(STEPS);
    }

    static ContractCase of(long seed) {
        return new RandomModels(seed).make(seed);
    }

    private ContractCase make(long seed) {
        sequence = random.nextInt(3) > 0;
        boolean symbols = sequence && random.nextInt(4) == 0;
        int inputSize = symbols ? 5 : pick(SIZES);
        width = inputSize;
        begin(sequence ? InputType.recurrent(inputSize) : InputType.feedForward(inputSize));
        boolean inSequences = sequence;
        if (symbols) {
            int size = pick(SIZES);
            append(
                    new EmbeddingSequenceLayer.Builder()
                            .nIn(inputSize)
                            .nOut(size)
                            .build(),
                    size);
        }
        int layers = 1 + random.nextInt(4);
        for (int i = 0; i < layers; i++) {
            addSomething();
        }
        boolean perStep = sequence && random.nextBoolean();
        if (sequence && !perStep) {
            summarise();
        }
        INDArray mask = inSequences && steps > 1 && random.nextBoolean() ? mask(perStep) : null;
        ContractData data = new ContractData(seed);
        INDArray features = symbols
                ? data.indices(inputSize, examples, 1, steps)
                : inSequences ? data.normal(examples, inputSize, steps) : data.normal(examples, inputSize);
        INDArray labels = addOutput(data, perStep);
        MultiDataSet batch = ContractData.batch(features, labels, mask, perStep && mask != null ? mask.dup() : null);
        String name = seed + ": batch " + examples + (inSequences ? " steps " + steps : "") + description
                + (mask == null ? "" : ", masked");
        return new ContractCase(name, graph.build(), batch);
    }

    private void begin(InputType input) {
        NeuralNetConfiguration.Builder builder =
                new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(1)).activation(Activation.TANH);
        graph = builder.graphBuilder().addInputs("in").setInputTypes(input).setOutputs("out");
    }

    private void addSomething() {
        switch (random.nextInt(sequence ? 9 : 6)) {
            case 0, 1 -> addDense();
            case 2 -> append(new ActivationLayer(pick(ACTIVATIONS)), width);
            case 3 -> addNorm();
            case 4 -> addJoin();
            case 5 -> addResidual();
            default -> addRecurrent();
        }
    }

    private void addDense() {
        addDense(pick(SIZES));
    }

    private void addDense(int units) {
        if (sequence && random.nextInt(3) == 0) {
            appendDense(pick(SIZES));
        }
        appendDense(units);
        if (sequence) {
            // DL4J has steps as rows between dense layers, and can't join those with sequences
            String name = "s" + count++;
            graph.addLayer(name, new ActivationLayer(Activation.IDENTITY), new FeedForwardToRnnPreProcessor(), last);
            last = name;
        }
    }

    private void appendDense(int units) {
        append(
                new DenseLayer.Builder()
                        .nOut(units)
                        .activation(pick(ACTIVATIONS))
                        .hasBias(random.nextInt(5) > 0)
                        .build(),
                units);
    }

    /** Small batches are left out: what is normalised over few numbers is mostly rounding. */
    private void addNorm() {
        if (examples >= 5) {
            append(
                    new BatchNorm.Builder()
                            .activation(pick(ACTIVATIONS))
                            .eps(0.1)
                            .build(),
                    width);
        }
    }

    private void addJoin() {
        String below = last;
        int before = width;
        addDense();
        String first = last;
        int units = width;
        last = below;
        width = before;
        boolean merge = random.nextBoolean();
        int second = merge ? pick(SIZES) : units;
        addDense(second);
        String join = "v" + count++;
        if (merge) {
            graph.addVertex(join, new MergeVertex(), first, last);
            width = units + second;
        } else {
            ElementWiseVertex.Op op = pick(
                    ElementWiseVertex.Op.Add,
                    ElementWiseVertex.Op.Product,
                    ElementWiseVertex.Op.Average,
                    ElementWiseVertex.Op.Max);
            graph.addVertex(join, new ElementWiseVertex(op), first, last);
        }
        description.append(merge ? ", merge" : ", join");
        last = join;
    }

    private void addResidual() {
        String below = last;
        addDense(width);
        String join = "v" + count++;
        graph.addVertex(join, new ElementWiseVertex(ElementWiseVertex.Op.Add), below, last);
        description.append(", residual");
        last = join;
    }

    private void addRecurrent() {
        int units = pick(SIZES);
        Layer layer = pick(Cell.values()).units(units);
        if (random.nextInt(3) == 0) {
            Bidirectional.Mode mode = pick(Bidirectional.Mode.values());
            append(new Bidirectional(mode, layer), mode == Bidirectional.Mode.CONCAT ? 2 * units : units);
        } else {
            append(layer, units);
        }
    }

    private void summarise() {
        if (random.nextBoolean()) {
            String name = "v" + count++;
            graph.addVertex(name, new LastTimeStepVertex("in"), last);
            last = name;
            description.append(", last step");
        } else {
            append(pooling(pick(PoolingType.AVG, PoolingType.MAX, PoolingType.SUM)), width);
        }
        sequence = false;
    }

    private void append(Layer layer, int newWidth) {
        String name = "l" + count++;
        graph.addLayer(name, layer, last);
        description
                .append(", ")
                .append(layer.getClass().getSimpleName())
                .append(' ')
                .append(newWidth);
        last = name;
        width = newWidth;
    }

    private INDArray addOutput(ContractData data, boolean perStep) {
        int size = pick(OUTPUTS);
        long[] shape = perStep ? new long[] {examples, size, steps} : new long[] {examples, size};
        int kind = random.nextInt(4);
        LossFunction loss = List.of(
                        LossFunction.MCXENT, LossFunction.XENT, LossFunction.MSE, LossFunction.MEAN_ABSOLUTE_ERROR)
                .get(kind);
        Activation activation = List.of(Activation.SOFTMAX, Activation.SIGMOID, Activation.TANH, Activation.IDENTITY)
                .get(kind);
        graph.addLayer("out", perStep ? stepOutput(size, loss, activation) : output(size, loss, activation), last);
        description.append(", ").append(loss);
        return switch (kind) {
            case 0 -> data.oneHot(shape);
            case 1 -> data.bits(shape);
            default -> data.normal(shape);
        };
    }

    /** Padding at the end; rows without any step only where each step has a label of its own. */
    private INDArray mask(boolean emptyRows) {
        int[] lengths = new int[examples];
        for (int i = 0; i < examples; i++) {
            lengths[i] = emptyRows ? random.nextInt(steps + 1) : 1 + random.nextInt(steps);
        }
        return ContractData.mask(steps, lengths);
    }

    private int pick(int[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
