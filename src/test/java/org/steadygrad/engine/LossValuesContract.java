package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.steadygrad.nn.loss.LossHuber;
import org.steadygrad.nn.loss.LossNegativeBinomial;
import org.steadygrad.nn.loss.LossPinball;
import org.steadygrad.nn.loss.LossSigmoid;
import org.steadygrad.nn.loss.LossSoftmax;

/**
 * Losses and their gradients by the logits against {@code losses.json}, which {@code losses.py} beside it computes with 80
 * digits. With a unit matrix as features, the logits are the weights of the layer, and their gradient is that by the logits.
 */
public interface LossValuesContract extends EngineSubject {
    int ROWS = 6;

    /** Of a loss, and of each element of a gradient. */
    double DIGITS = 5e-6;

    /** What floats can't hold. */
    double UNDERFLOW = 1e-37;

    /** Where the logits come from, and whether rows are examples or the steps of two sequences. */
    enum Form {
        OUTPUT_LAYER,
        LOSS_LAYER,
        STEPS_OUTPUT_LAYER,
        STEPS_LOSS_LAYER;

        int examples() {
            return steps() ? 2 : ROWS;
        }

        boolean steps() {
            return this == STEPS_OUTPUT_LAYER || this == STEPS_LOSS_LAYER;
        }

        boolean alone() {
            return this == LOSS_LAYER || this == STEPS_LOSS_LAYER;
        }

        /** @param rows [rows, columns]; a sequence is [examples, columns, steps] */
        INDArray shape(INDArray rows) {
            return steps() ? rows.reshape('c', 2, ROWS / 2, rows.columns()).permute(0, 2, 1) : rows;
        }

        /** @param weights [rows, 1] or [rows, columns] */
        INDArray shapeOfMask(INDArray weights) {
            return steps() && weights.columns() == 1 ? weights.reshape('c', 2, ROWS / 2) : shape(weights);
        }
    }

    private static List<JsonNode> cases() {
        try (InputStream file = LossValuesContract.class.getResourceAsStream("losses.json")) {
            List<JsonNode> cases = new ArrayList<>();
            new ObjectMapper().readTree(file).forEach(cases::add);
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    default Stream<DynamicTest> byTheLogits() {
        return cases().stream().flatMap(known -> forms(known)
                .map(form -> DynamicTest.dynamicTest(
                        known.get("name").asText() + ", "
                                + form.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        () -> check(known, form))));
    }

    /** All of DL4J's losses, and two, in which every layer's and every shape's turn comes, of those whose class is ours. */
    private static Stream<Form> forms(JsonNode known) {
        return known.has("settings") ? Stream.of(Form.OUTPUT_LAYER, Form.STEPS_LOSS_LAYER) : Stream.of(Form.values());
    }

    private void check(JsonNode known, Form form) {
        INDArray logits = matrix(known.get("logits"));
        ComputationGraph model = model(known, form);
        boolean fallback = known.get("fallback").asBoolean();
        Assumptions.assumeFalse(fallback && provider().unsupported(model).isPresent(), "runs on DL4J's layers only");
        String weights = form.alone() ? "l0_W" : "out_W";
        model.getParam(weights).assign(logits);
        INDArray labels = form.shape(matrix(known.get("labels")));
        INDArray mask = known.has("mask") ? form.shapeOfMask(matrix(known.get("mask"))) : null;
        INDArray given = labels.dup();
        MultiDataSet batch = ContractData.batch(form.shape(Nd4j.eye(ROWS).castTo(DataType.FLOAT)), labels, null, mask);
        try (Engine engine = engine(model)) {
            double loss = engine.computeGradient(batch, EngineSubject.plain()).loss();
            float[] gradient = new float[Math.toIntExact(engine.layout().length())];
            engine.copyGradient(gradient);
            double value = known.get("value").asDouble() / form.examples();
            assertEquals(value, loss, DIGITS * Math.abs(value), "loss");
            for (int row = 0; row < ROWS; row++) {
                for (int column = 0; column < logits.columns(); column++) {
                    double slope = known.get("gradient").get(row).get(column).asDouble() / form.examples();
                    double allowed =
                            DIGITS * Math.abs(slope) + known.get("absolute").asDouble() + UNDERFLOW;
                    double actual = gradient[column * ROWS + row];
                    assertEquals(slope, actual, allowed, "gradient of row " + row + ", column " + column);
                }
            }
            assertEquals(given, labels, "the labels stay what they were");
        }
    }

    private static INDArray matrix(JsonNode rows) {
        int columns = rows.get(0).isArray() ? rows.get(0).size() : 1;
        INDArray matrix = Nd4j.create(DataType.FLOAT, rows.size(), columns);
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < columns; j++) {
                matrix.putScalar(i, j, (rows.get(i).isArray() ? rows.get(i).get(j) : rows.get(i)).asDouble());
            }
        }
        return matrix;
    }

    private static ComputationGraph model(JsonNode known, Form form) {
        int columns = known.get("gradient").get(0).size();
        InputType input = form.steps() ? InputType.recurrent(ROWS) : InputType.feedForward(ROWS);
        Layer below = new DenseLayer.Builder()
                .nOut(columns)
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build();
        Layer output = output(
                form, loss(known), Activation.valueOf(known.get("activation").asText()), columns);
        // DL4J warns of some of these pairs by refusing them
        ComputationGraphConfiguration configuration = ContractModels.chain(
                        ContractModels.graphOn(input).validateOutputLayerConfig(false),
                        form.alone() ? new Layer[] {below, output} : new Layer[] {output})
                .build();
        ComputationGraph model = new ComputationGraph(configuration);
        model.init();
        return model;
    }

    private static Layer output(Form form, ILossFunction loss, Activation f, int columns) {
        return switch (form) {
            case OUTPUT_LAYER ->
                new OutputLayer.Builder(loss)
                        .nOut(columns)
                        .hasBias(false)
                        .activation(f)
                        .build();
            case STEPS_OUTPUT_LAYER ->
                new RnnOutputLayer.Builder(loss)
                        .nOut(columns)
                        .hasBias(false)
                        .activation(f)
                        .build();
            case LOSS_LAYER -> new LossLayer.Builder(loss).activation(f).build();
            case STEPS_LOSS_LAYER ->
                new RnnLossLayer.Builder(loss).activation(f).build();
        };
    }

    private static ILossFunction loss(JsonNode known) {
        String name = known.get("loss").asText();
        if (known.has("settings")) {
            List<Double> weights = known.has("weights") ? numbers(known.get("weights")) : null;
            return withSettings(name, numbers(known.get("settings")), weights);
        }
        if (!known.has("weights")) {
            return switch (name) {
                case "MULTI_LABEL" -> new LossMultiLabel();
                case "MIXTURE_DENSITY" ->
                    LossMixtureDensity.builder().gaussians(2).labelWidth(2).build();
                default -> LossFunction.valueOf(name).getILossFunction();
            };
        }
        INDArray weights =
                matrix(known.get("weights")).reshape(1, known.get("weights").size());
        return switch (name) {
            case "MCXENT" -> new LossMCXENT(weights);
            case "XENT" -> new LossBinaryXENT(weights);
            case "MSE" -> new LossMSE(weights);
            case "L2" -> new LossL2(weights);
            case "MEAN_ABSOLUTE_ERROR" -> new LossMAE(weights);
            case "L1" -> new LossL1(weights);
            case "MEAN_ABSOLUTE_PERCENTAGE_ERROR" -> new LossMAPE(weights);
            case "MEAN_SQUARED_LOGARITHMIC_ERROR" -> new LossMSLE(weights);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static List<Double> numbers(JsonNode list) {
        List<Double> numbers = new ArrayList<>();
        list.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }

    private static ILossFunction withSettings(String name, List<Double> settings, List<Double> weights) {
        return switch (name) {
            case "SOFTMAX_LOSS" -> new LossSoftmax(settings.get(0), settings.get(1), weights);
            case "SIGMOID_LOSS" -> new LossSigmoid(settings.get(0), settings.get(1), settings.get(2), settings.get(3));
            case "HUBER" -> new LossHuber(settings.get(0));
            case "PINBALL" -> new LossPinball(settings);
            case "NEGATIVE_BINOMIAL" -> new LossNegativeBinomial(settings.get(0));
            default -> throw new IllegalArgumentException(name);
        };
    }
}
