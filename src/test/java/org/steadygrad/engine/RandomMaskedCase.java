package org.steadygrad.engine;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.nn.BatchNorm;

/**
 * A random model on sequences of random lengths, masked at the end, at the start or in between; the same seed gives the same case.
 * Rows without any step are among them.
 */
final class RandomMaskedCase {
    private static final Activation[] ELEMENTWISE = {Activation.TANH, Activation.SIGMOID, Activation.ELU};
    private static final int CLASSES = 3;

    private final Random random;
    private final long seed;
    private final GraphBuilder graph;
    private final boolean symbols;
    private final int features;
    private final StringBuilder description = new StringBuilder();
    private String last = "in";
    private int width;
    private int count;
    private boolean ofBatch;
    private boolean overUnits;

    /** One example: its present steps, without any padding. */
    record Example(INDArray features, INDArray labels) {
        int steps() {
            return (int) features.size(2);
        }
    }

    private final boolean perStep;
    private final List<Example> examples = new ArrayList<>();

    RandomMaskedCase(long seed) {
        this.seed = seed;
        random = new Random(seed);
        symbols = random.nextInt(4) == 0;
        features = symbols ? 1 : 1 + random.nextInt(4);
        width = features;
        graph = graphOn(InputType.recurrent(symbols ? 5 : features));
        int layers = 1 + random.nextInt(3);
        if (symbols) {
            append(new EmbeddingSequenceLayer.Builder().nIn(5).nOut(3).build(), 3);
        }
        for (int i = 0; i < layers; i++) {
            addLayer();
        }
        int head = random.nextInt(4);
        perStep = head == 0;
        addHead(head);
        addExamples();
    }

    private void addLayer() {
        switch (random.nextInt(7)) {
            case 0 -> addDense(null);
            case 1 -> append(new ActivationLayer(ELEMENTWISE[random.nextInt(ELEMENTWISE.length)]), width);
            case 2 -> addResidual();
            case 3 -> addOfBatchOrUnits();
            default -> addRecurrent();
        }
    }

    /** @param above a layer between the dense one and the next that takes sequences; null for none */
    private void addDense(Layer above) {
        int units = 1 + random.nextInt(4);
        append(
                new DenseLayer.Builder()
                        .nOut(units)
                        .activation(ELEMENTWISE[random.nextInt(ELEMENTWISE.length)])
                        .build(),
                units);
        if (above != null) {
            append(above, units);
        }
        String name = "s" + count++;
        graph.addLayer(name, new ActivationLayer(Activation.IDENTITY), new FeedForwardToRnnPreProcessor(), last);
        last = name;
    }

    private void addResidual() {
        String below = last;
        append(recurrent(width), width);
        String join = "v" + count++;
        graph.addVertex(join, new ElementWiseVertex(ElementWiseVertex.Op.Add), below, last);
        last = join;
    }

    private void addOfBatchOrUnits() {
        int kind = random.nextInt(3);
        if (kind == 0) {
            append(new BatchNorm.Builder().eps(0.5).build(), width);
            ofBatch = true;
        } else if (kind == 1) {
            addDense(new BatchNormalization.Builder().eps(0.5).build());
            ofBatch = true;
        } else {
            append(new ActivationLayer(Activation.SOFTMAX), width);
            overUnits = true;
        }
    }

    private Layer recurrent(int units) {
        return Cell.values()[random.nextInt(Cell.values().length)].units(units);
    }

    private void addRecurrent() {
        int units = 1 + random.nextInt(4);
        Layer layer = recurrent(units);
        if (random.nextBoolean()) {
            Bidirectional.Mode mode = Bidirectional.Mode.values()[random.nextInt(4)];
            append(new Bidirectional(mode, layer), mode == Bidirectional.Mode.CONCAT ? 2 * units : units);
            description.append(' ').append(mode);
        } else {
            append(layer, units);
        }
    }

    private void addHead(int head) {
        if (head == 1) {
            graph.addVertex("last", new LastTimeStepVertex("in"), last);
            last = "last";
        } else if (head == 2) {
            Layer cell = recurrent(3);
            boolean bothWays = random.nextBoolean();
            Layer layer = bothWays ? new Bidirectional(Bidirectional.Mode.CONCAT, cell) : cell;
            append(new LastTimeStep(layer), bothWays ? 6 : 3);
            description.append(" of ").append(layer.getClass().getSimpleName());
        } else if (head == 3) {
            PoolingType type =
                    List.of(PoolingType.AVG, PoolingType.MAX, PoolingType.SUM).get(random.nextInt(3));
            append(ContractModels.pooling(type), width);
            description.append(' ').append(type);
        }
        graph.addLayer("out", perStep ? stepClasses(CLASSES) : classes(CLASSES), last);
    }

    private void append(Layer layer, int newWidth) {
        String name = "l" + count++;
        graph.addLayer(name, layer, last);
        description.append(", ").append(layer.getClass().getSimpleName());
        last = name;
        width = newWidth;
    }

    private void addExamples() {
        ContractData data = new ContractData(seed);
        int number = 2 + random.nextInt(4);
        for (int i = 0; i < number; i++) {
            int steps = i > 0 && random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(9);
            long[] shape = {1, features, Math.max(1, steps)};
            INDArray x = symbols ? data.indices(5, shape) : data.normal(shape);
            INDArray y = perStep ? data.oneHot(1, CLASSES, Math.max(1, steps)) : data.oneHot(1, CLASSES);
            examples.add(steps == 0 ? null : new Example(x, y));
        }
    }

    String name() {
        return seed + ": " + examples.size() + " examples" + (symbols ? ", symbols" : "") + description
                + (perStep ? ", label per step" : "");
    }

    /** The examples; null stands for one without any step. */
    List<Example> examples() {
        return examples;
    }

    /** Whether examples depend on others by way of the batch's moments, as they should. */
    boolean ofBatch() {
        return ofBatch;
    }

    /** Whether DL4J's own layers work along the wrong axis. */
    boolean overUnits() {
        return overUnits;
    }

    /** What the model is made of, with one example alone as its batch. */
    ContractCase alone(Example example) {
        return new ContractCase(name(), graph.build(), ContractData.batch(example.features(), example.labels()));
    }

    /** All examples in one batch. */
    ContractCase together(Padding padding) {
        return new ContractCase(name(), graph.build(), padding.batch(examples, perStep));
    }

    /**
     * Where the padding of a batch lies, and what stands there.
     *
     * @param seed of places; negative for the end alone
     * @param more number of steps beyond the longest example
     * @param filler of features and labels under masks
     */
    record Padding(long seed, int more, float filler) {

        MultiDataSet batch(List<Example> examples, boolean perStep) {
            Random random = new Random(seed);
            int longest = examples.stream()
                    .mapToInt(example -> example == null ? 1 : example.steps())
                    .max()
                    .orElseThrow();
            int steps = longest + more;
            Example any = examples.stream().filter(e -> e != null).findFirst().orElseThrow();
            long batch = examples.size();
            INDArray features =
                    Nd4j.valueArrayOf(new long[] {batch, any.features().size(1), steps}, filler);
            INDArray labels = perStep
                    ? Nd4j.valueArrayOf(new long[] {batch, CLASSES, steps}, filler)
                    : Nd4j.valueArrayOf(new long[] {batch, CLASSES}, 0f);
            INDArray mask = Nd4j.zeros(batch, steps);
            for (int i = 0; i < batch; i++) {
                Example example = examples.get(i);
                if (example == null) {
                    if (!perStep) {
                        labels.putScalar(i, 0, 1);
                    }
                    continue;
                }
                List<Integer> places = places(random, example.steps(), steps);
                for (int t = 0; t < places.size(); t++) {
                    features.get(point(i), all(), point(places.get(t)))
                            .assign(example.features().get(point(0), all(), point(t)));
                    mask.putScalar(i, places.get(t), 1);
                    if (perStep) {
                        labels.get(point(i), all(), point(places.get(t)))
                                .assign(example.labels().get(point(0), all(), point(t)));
                    }
                }
                if (!perStep) {
                    labels.getRow(i).assign(example.labels().getRow(0));
                }
            }
            return ContractData.batch(features, labels, mask, perStep ? mask.dup() : null);
        }

        /** Right, left, or anywhere. */
        private List<Integer> places(Random random, int wanted, int steps) {
            int kind = seed < 0 ? 0 : random.nextInt(3);
            List<Integer> places = new ArrayList<>();
            for (int t = 0; t < steps; t++) {
                places.add(t);
            }
            while (places.size() > wanted) {
                places.remove(kind == 0 ? places.size() - 1 : kind == 1 ? 0 : random.nextInt(places.size()));
            }
            return places;
        }
    }
}
