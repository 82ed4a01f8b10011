package org.steadygrad.benchmarks;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.Initializers;

/**
 * A workload as a DL4J model. The layers' names are "embedding", "recurrent0" ..., "dense0" ..., "norm0" ... and
 * "output".
 */
final class Dl4jModels {
    /** So small that weights hardly move: a case must compute the same after a thousand steps as after one. */
    static final double LEARNING_RATE = 1e-6;

    static final double MAX_NORM = 1.0;

    /** Small, since DL4J's softmax cross-entropy stops growing at 23, where a deep residual stack would start. */
    private static final double OUTPUT_SCALE = 0.5;

    private static final double SIGMOID_GAIN = 4;

    private static final String INPUT = "in";

    private final boolean productLayers;

    private Dl4jModels(boolean productLayers) {
        this.productLayers = productLayers;
    }

    /** The model with the product's own layers where it has some; clipping isn't part of it. */
    static ComputationGraph product(Workload workload) {
        return new Dl4jModels(true).build(workload);
    }

    /**
     * The nearest that DL4J has by itself: its LSTM in place of a GRU, its batch norm, and clipping by each layer's norm in
     * place of the global norm.
     */
    static ComputationGraph plain(Workload workload) {
        return new Dl4jModels(false).build(workload);
    }

    private ComputationGraph build(Workload workload) {
        NeuralNetConfiguration.Builder common =
                new NeuralNetConfiguration.Builder().seed(5).updater(new Adam(LEARNING_RATE));
        if (!productLayers) {
            common.gradientNormalization(GradientNormalization.ClipL2PerLayer).gradientNormalizationThreshold(MAX_NORM);
        }
        GraphBuilder graph = common.graphBuilder().addInputs(INPUT);
        if (workload instanceof Workload.Recurrent model) {
            addRecurrent(graph, model);
        } else if (workload instanceof Workload.Dense model) {
            addDense(graph, model);
        } else {
            addDense(graph, ((Workload.Update) workload).model());
        }
        ComputationGraph built = new ComputationGraph(graph.setOutputs("output").build());
        built.init();
        return built;
    }

    private void addRecurrent(GraphBuilder graph, Workload.Recurrent model) {
        graph.setInputTypes(InputType.recurrent(model.symbols() ? model.vocabulary() : model.input()));
        String last = INPUT;
        if (model.symbols()) {
            EmbeddingSequenceLayer.Builder embedding = new EmbeddingSequenceLayer.Builder();
            embedding.nIn(model.vocabulary()).nOut(model.input()).activation(Activation.IDENTITY);
            embedding.weightInit(new UniformDistribution(-1, 1));
            graph.addLayer("embedding", embedding.build(), last);
            last = "embedding";
        }
        for (int i = 0; i < model.layers(); i++) {
            Layer layer = cell(model, i);
            if (model.bidirectional()) {
                layer = new Bidirectional(Bidirectional.Mode.CONCAT, layer);
            }
            boolean lastStepOnly = i == model.layers() - 1 && !model.symbols();
            graph.addLayer("recurrent" + i, lastStepOnly ? new LastTimeStep(layer) : layer, last);
            last = "recurrent" + i;
        }
        int width = model.hidden() * model.directions();
        if (model.symbols()) {
            RnnOutputLayer.Builder output = new RnnOutputLayer.Builder(LossFunction.MCXENT);
            output.nIn(width).nOut(model.classes()).activation(Activation.SOFTMAX);
            graph.addLayer("output", output.build(), last);
        } else {
            addOutput(graph, width, last);
        }
    }

    /** Weights as PyTorch starts them; they keep a ReLU layer from growing without bound. */
    private Layer cell(Workload.Recurrent model, int index) {
        BaseRecurrentLayer.Builder<?> cell =
                switch (model.cell()) {
                    case GRU -> productLayers ? new GRU.Builder() : new LSTM.Builder();
                    case LSTM -> new LSTM.Builder();
                    case RNN_TANH, RNN_RELU -> new SimpleRnn.Builder();
                };
        double bound = 1 / Math.sqrt(model.hidden());
        cell.nIn(model.inputOf(index));
        cell.nOut(model.hidden());
        cell.activation(model.cell() == Cell.RNN_RELU ? Activation.RELU : Activation.TANH);
        cell.weightInit(new UniformDistribution(-bound, bound));
        cell.weightInitRecurrent(new UniformDistribution(-bound, bound));
        return cell.build();
    }

    private void addDense(GraphBuilder graph, Workload.Dense model) {
        graph.setInputTypes(InputType.feedForward(model.width()));
        String last = INPUT;
        for (int i = 0; i < model.depth(); i++) {
            String block = last;
            DenseLayer.Builder linear =
                    new DenseLayer.Builder().nIn(model.width()).nOut(model.width());
            linear.weightInit(initial(model));
            linear.activation(model.batchNorm() ? Activation.IDENTITY : model.activation());
            graph.addLayer("dense" + i, linear.build(), last);
            last = model.batchNorm() ? addNorm(graph, model, i) : "dense" + i;
            if (model.residual()) {
                graph.addVertex("sum" + i, new ElementWiseVertex(ElementWiseVertex.Op.Add), last, block);
                last = "sum" + i;
            }
        }
        addOutput(graph, model.width(), last);
    }

    /** With Xavier's scale a deep sigmoid stack has gradients whose squares are denormal, which slows all sides down. */
    private static IWeightInit initial(Workload.Dense model) {
        return model.activation() == Activation.SIGMOID
                ? new WeightInitDistribution(new NormalDistribution(0, SIGMOID_GAIN / Math.sqrt(model.width())))
                : Initializers.forActivation(model.activation().getActivationFunction());
    }

    private String addNorm(GraphBuilder graph, Workload.Dense model, int index) {
        String name = "norm" + index;
        BatchNormalization.Builder norm = productLayers ? new BatchNorm.Builder() : new BatchNormalization.Builder();
        norm.nIn(model.width()).nOut(model.width());
        if (productLayers) {
            norm.activation(model.activation());
        }
        graph.addLayer(name, norm.build(), "dense" + index);
        if (productLayers) {
            return name;
        }
        graph.addLayer("activation" + index, new ActivationLayer(model.activation()), name);
        return "activation" + index;
    }

    private static void addOutput(GraphBuilder graph, int width, String last) {
        OutputLayer.Builder output = new OutputLayer.Builder(LossFunction.MCXENT);
        output.nIn(width).nOut(Workload.CLASSES).activation(Activation.SOFTMAX);
        double bound = OUTPUT_SCALE / Math.sqrt(width);
        output.weightInit(new UniformDistribution(-bound, bound));
        graph.addLayer("output", output.build(), last);
    }
}
