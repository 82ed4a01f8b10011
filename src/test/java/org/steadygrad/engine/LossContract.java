package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;
import static org.steadygrad.engine.ContractModels.output;
import static org.steadygrad.engine.ContractModels.stepClasses;
import static org.steadygrad.engine.ContractModels.stepOutput;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.steadygrad.check.InvalidInputException;

/** Losses, their gradients and what masks of labels do to them. */
public interface LossContract extends LossValuesContract {
    InputType VECTORS = InputType.feedForward(5);
    InputType SEQUENCES = InputType.recurrent(5);
    ContractData DATA = new ContractData(8);

    /** Holds loss and gradient of a model against DL4J in double. */
    void check(ContractCase test);

    /** Numbers of outputs to try all functions with. */
    default int[] columns() {
        return new int[] {1, 3, 33};
    }

    private Stream<DynamicTest> each(Stream<ContractCase> cases) {
        return cases.map(test -> DynamicTest.dynamicTest(test.name(), () -> check(test)));
    }

    /** A loss, an activation function and labels of seven examples with as many columns as given. */
    record Kind(LossFunction loss, Activation activation, int columns, INDArray labels) {
        String title() {
            return loss + " of " + activation + ", " + columns + " columns";
        }
    }

    private List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        for (int columns : columns()) {
            if (columns > 1) {
                kinds.add(new Kind(LossFunction.MCXENT, Activation.SOFTMAX, columns, DATA.oneHot(7, columns)));
                INDArray soft = DATA.bits(7, columns).addi(1);
                soft.diviColumnVector(soft.sum(true, 1));
                kinds.add(new Kind(LossFunction.NEGATIVELOGLIKELIHOOD, Activation.SOFTMAX, columns, soft));
            }
            INDArray bits = DATA.bits(7, columns);
            kinds.add(new Kind(LossFunction.XENT, Activation.SIGMOID, columns, bits));
            kinds.add(new Kind(
                    LossFunction.XENT,
                    Activation.SIGMOID,
                    columns,
                    bits.mul(0.8).addi(0.1)));
            kinds.add(new Kind(LossFunction.XENT, Activation.HARDSIGMOID, columns, bits));
            for (LossFunction loss : new LossFunction[] {
                LossFunction.MSE, LossFunction.L2, LossFunction.MEAN_ABSOLUTE_ERROR, LossFunction.L1
            }) {
                for (Activation f : new Activation[] {
                    Activation.IDENTITY, Activation.TANH, Activation.SIGMOID, Activation.LEAKYRELU, Activation.SOFTPLUS
                }) {
                    kinds.add(new Kind(loss, f, columns, DATA.normal(7, columns)));
                }
            }
        }
        return kinds;
    }

    @TestFactory
    default Stream<DynamicTest> ofVectors() {
        INDArray examples = ContractData.mask(1, 1, 1, 0, 1, 0, 1, 1);
        List<ContractCase> cases = new ArrayList<>();
        for (Kind kind : kinds()) {
            INDArray x = DATA.normal(7, 5);
            ComputationGraphConfiguration model =
                    chain(VECTORS, dense(4), output(kind.columns(), kind.loss(), kind.activation()));
            cases.add(new ContractCase(kind.title(), model, ContractData.batch(x, kind.labels())));
            cases.add(new ContractCase(
                    kind.title() + ", examples masked", model, ContractData.batch(x, kind.labels(), null, examples)));
            if (kind.activation() != Activation.SOFTMAX && kind.columns() > 1) {
                INDArray elements = DATA.bits(7, kind.columns());
                cases.add(new ContractCase(
                        kind.title() + ", elements masked",
                        model,
                        ContractData.batch(x, kind.labels(), null, elements)));
            }
            Layer loss = new LossLayer.Builder(kind.loss())
                    .activation(kind.activation())
                    .build();
            cases.add(new ContractCase(
                    kind.title() + ", loss layer",
                    chain(VECTORS, dense(kind.columns(), Activation.IDENTITY), loss),
                    ContractData.batch(x, kind.labels())));
        }
        return each(cases.stream());
    }

    @TestFactory
    default Stream<DynamicTest> ofSequences() {
        List<ContractCase> cases = new ArrayList<>();
        INDArray rows = ContractData.mask(3, 3, 1, 0, 2, 3, 1, 2);
        for (LossFunction loss : new LossFunction[] {LossFunction.MCXENT, LossFunction.XENT, LossFunction.MSE}) {
            Activation f = loss == LossFunction.MCXENT
                    ? Activation.SOFTMAX
                    : loss == LossFunction.XENT ? Activation.SIGMOID : Activation.TANH;
            INDArray labels = loss == LossFunction.MCXENT ? DATA.oneHot(7, 17, 3) : DATA.bits(7, 17, 3);
            ComputationGraphConfiguration model = chain(SEQUENCES, dense(4), stepOutput(17, loss, f));
            INDArray x = DATA.normal(7, 5, 3);
            cases.add(new ContractCase(loss + " per step", model, ContractData.batch(x, labels)));
            cases.add(new ContractCase(loss + ", labels masked", model, ContractData.batch(x, labels, null, rows)));
            cases.add(new ContractCase(loss + ", both masked", model, ContractData.batch(x, labels, rows, rows.dup())));
            if (f != Activation.SOFTMAX) {
                cases.add(new ContractCase(
                        loss + ", elements masked", model, ContractData.batch(x, labels, null, DATA.bits(7, 17, 3))));
            }
            Layer alone = new RnnLossLayer.Builder(loss).activation(f).build();
            ComputationGraphConfiguration lossLayer = chain(SEQUENCES, dense(17, Activation.IDENTITY), alone);
            cases.add(new ContractCase(loss + ", loss layer", lossLayer, ContractData.batch(x, labels)));
            cases.add(new ContractCase(
                    loss + ", loss layer, features masked", lossLayer, ContractData.batch(x, labels, rows, null)));
            cases.add(new ContractCase(
                    loss + ", loss layer, labels masked", lossLayer, ContractData.batch(x, labels, rows, rows.dup())));
        }
        return each(cases.stream());
    }

    @TestFactory
    default Stream<DynamicTest> sparseLabels() {
        OutputLayer vectors = new OutputLayer.Builder(new LossSparseMCXENT())
                .nOut(17)
                .activation(Activation.SOFTMAX)
                .build();
        RnnOutputLayer steps = new RnnOutputLayer.Builder(new LossSparseMCXENT())
                .nOut(17)
                .activation(Activation.SOFTMAX)
                .build();
        INDArray mask = ContractData.mask(3, 3, 1, 0, 2, 3, 1, 2);
        MultiDataSet sequences = ContractData.batch(DATA.normal(7, 5, 3), DATA.indices(17, 7, 1, 3), null, mask);
        return each(Stream.of(
                new ContractCase(
                        "vectors",
                        chain(VECTORS, dense(4), vectors),
                        ContractData.batch(DATA.normal(7, 5), DATA.indices(17, 7, 1))),
                new ContractCase("sequences", chain(SEQUENCES, dense(4), steps), sequences)));
    }

    /** A bound of probabilities, at which DL4J's losses end, has no effect: their logits are at hand. */
    @TestFactory
    default Stream<DynamicTest> withoutTheBoundsOfProbabilities() {
        INDArray x = DATA.normal(17, 5).muli(8);
        return Stream.of(
                        new Bounded("binary", LossBinaryXENT::new, Activation.SIGMOID, DATA.bits(17, 3)),
                        new Bounded("classes", e -> new LossMCXENT(e, null), Activation.SOFTMAX, DATA.oneHot(17, 3)),
                        new Bounded(
                                "numbers of classes",
                                e -> new LossSparseMCXENT(e, null),
                                Activation.SOFTMAX,
                                DATA.indices(3, 17, 1)))
                .map(loss -> DynamicTest.dynamicTest(
                        loss.name(),
                        () -> assertLike(
                                Gradient.byDl4j(
                                        loss.test(x, 0).reference(),
                                        loss.test(x, 0).referenceBatch()),
                                loss.test(x, 0.01))));
    }

    /** A loss by its bound. */
    record Bounded(String name, DoubleFunction<ILossFunction> loss, Activation activation, INDArray labels) {
        ContractCase test(INDArray x, double bound) {
            OutputLayer output = new OutputLayer.Builder(loss.apply(bound))
                    .nOut(3)
                    .activation(activation)
                    .build();
            return new ContractCase(name, chain(VECTORS, output), ContractData.batch(x, labels));
        }
    }

    @Test
    default void weightsThatAreNoneAreRefused() {
        for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            INDArray mask = ContractData.mask(1, 1, 1, 0, 1, 0, 1, 1);
            mask.putScalar(2, wrong);
            ContractCase test = new ContractCase(
                    "",
                    chain(VECTORS, output(3, LossFunction.MSE, Activation.TANH)),
                    ContractData.batch(DATA.normal(7, 5), DATA.normal(7, 3), null, mask));
            try (Engine engine = engine(test.model())) {
                InvalidInputException e = assertThrows(
                        InvalidInputException.class, () -> engine.computeGradient(test.batch(), EngineSubject.plain()));
                assertTrue(e.getMessage().contains(String.valueOf(wrong)), e.getMessage());
            }
        }
    }

    @Test
    default void aMaskOfClassesIsRefused() {
        ContractCase test = new ContractCase(
                "",
                chain(SEQUENCES, stepClasses(3)),
                ContractData.batch(DATA.normal(7, 5, 3), DATA.oneHot(7, 3, 3), null, DATA.bits(7, 3, 3)));
        try (Engine engine = engine(test.model())) {
            InvalidInputException e = assertThrows(
                    InvalidInputException.class, () -> engine.computeGradient(test.batch(), EngineSubject.plain()));
            assertTrue(e.getMessage().contains("layer out"), e.getMessage());
        }
    }

    /** The labels may be anything there: the bits of the gradient and the loss stay. */
    @TestFactory
    default Stream<DynamicTest> whatTheMaskHides() {
        INDArray rows = ContractData.mask(3, 3, 1, 0, 2, 3, 1, 2);
        RnnOutputLayer sparse = new RnnOutputLayer.Builder(new LossSparseMCXENT())
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
        return Stream.of(
                        new Hidden("numbers of classes", sparse, DATA.indices(4, 7, 1, 3), rows),
                        new Hidden("classes", stepClasses(4), DATA.oneHot(7, 4, 3), rows),
                        new Hidden(
                                "bits",
                                stepOutput(4, LossFunction.XENT, Activation.SIGMOID),
                                DATA.bits(7, 4, 3),
                                DATA.bits(7, 4, 3)),
                        new Hidden(
                                "numbers",
                                stepOutput(4, LossFunction.MSE, Activation.TANH),
                                DATA.normal(7, 4, 3),
                                DATA.bits(7, 4, 3)))
                .flatMap(hidden -> Stream.of(-1f, 1e30f, Float.NaN, Float.POSITIVE_INFINITY)
                        .map(value -> DynamicTest.dynamicTest(
                                hidden.name() + ", " + value, () -> assertHidden(hidden, value))));
    }

    /** A loss whose mask hides some labels. */
    record Hidden(String name, Layer output, INDArray labels, INDArray mask) {}

    private void assertHidden(Hidden hidden, float value) {
        INDArray changed = hidden.labels().dup();
        boolean byElement = hidden.mask().rank() == 3;
        for (int example = 0; example < 7; example++) {
            for (int column = 0; column < changed.size(1); column++) {
                for (int step = 0; step < 3; step++) {
                    boolean counts = byElement
                            ? hidden.mask().getDouble(example, column, step) != 0
                            : hidden.mask().getDouble(example, step) != 0;
                    if (!counts) {
                        changed.putScalar(example, column, step, value);
                    }
                }
            }
        }
        INDArray x = DATA.normal(7, 5, 3);
        ComputationGraphConfiguration model = chain(SEQUENCES, dense(4), hidden.output());
        ContractCase test = new ContractCase("", model, ContractData.batch(x, hidden.labels(), null, hidden.mask()));
        try (Engine engine = engine(test.model())) {
            Gradient known = EngineSubject.gradient(engine, test.model(), test.batch(), EngineSubject.plain());
            Gradient same = EngineSubject.gradient(
                    engine, test.model(), ContractData.batch(x, changed, null, hidden.mask()), EngineSubject.plain());
            assertEquals(known.loss(), same.loss());
            Gradient.assertIdentical(known.blocks(), same.blocks(), hidden.name());
        }
    }

    @Test
    default void aLabelBeyondTheClassesIsRefused() {
        OutputLayer sparse = new OutputLayer.Builder(new LossSparseMCXENT())
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build();
        for (float wrong : new float[] {3, -1, 1.5f, 1e10f, -1e10f, Float.NaN}) {
            INDArray labels = DATA.indices(3, 7, 1);
            labels.putScalar(4, wrong);
            ContractCase test =
                    new ContractCase("", chain(VECTORS, sparse), ContractData.batch(DATA.normal(7, 5), labels));
            try (Engine engine = engine(test.model())) {
                InvalidInputException e = assertThrows(
                        InvalidInputException.class, () -> engine.computeGradient(test.batch(), EngineSubject.plain()));
                assertTrue(e.getMessage().contains(String.valueOf(wrong)), e.getMessage());
            }
        }
    }

    /** Whose parameters are all frozen: there is a loss, but no gradient. */
    @Test
    default void ofANetworkWithoutAnythingToTrain() {
        ComputationGraphConfiguration model = graphOn(VECTORS)
                .addLayer("a", new org.deeplearning4j.nn.conf.layers.misc.FrozenLayer(dense(3)), "in")
                .addLayer(
                        "out",
                        new LossLayer.Builder(LossFunction.MSE)
                                .activation(Activation.TANH)
                                .build(),
                        "a")
                .build();
        check(new ContractCase("", model, ContractData.batch(DATA.normal(7, 5), DATA.normal(7, 3))));
    }
}
