package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class StackJacobianTest {
    private static StackJacobian only(Subjects subject) {
        List<StackJacobian> found = StackJacobian.of(subject.inDouble(), subject.batch());
        assertEquals(1, found.size(), found::toString);
        return found.get(0);
    }

    @Test
    void anOrthogonalLinearStackIsAnIsometry() {
        StackJacobian jacobian = only(Subjects.of(Subjects.STACK, "model.layers[0].stack.activation=identity"));
        assertEquals("stack1-1", jacobian.from());
        assertEquals("stack1-20", jacobian.to());
        assertEquals(19, jacobian.layers());
        assertEquals(1, jacobian.values().largest(), 1e-5);
        assertEquals(1, jacobian.values().smallest(), 1e-5);
        assertEquals(1, jacobian.perLayer(), 1e-6);
        assertFalse(jacobian.sampled());
    }

    @Test
    void sigmoidsShrinkEveryDirectionByAQuarterPerLayer() {
        StackJacobian jacobian = only(Subjects.of(Subjects.STACK, "model.layers[0].stack.activation=sigmoid"));
        assertTrue(jacobian.perLayer() < 0.25, jacobian::toString);
        assertTrue(jacobian.perLayer() > 0.15, jacobian::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.layers[0].stack={depth: 3, units: 7, activation: tanh}",
                "model.layers[0].stack={depth: 2, units: 1, activation: softplus}",
                "model.layers[0].stack={depth: 4, units: 7, activation: gelu, residual: true}",
                "model.layers[0].stack={depth: 3, units: 33, activation: sigmoid, batchNorm: true, residual: true}",
                "model.layers=[dense: {units: 9, activation: tanh}, batchNorm: {activation: swish},"
                        + " dense: {units: 9, activation: elu, dropout: 0.5}, dropout: 0.3, dense: {units: 3}, output: {}]"
            })
    void itsProductsAreThoseOfFiniteDifferences(String layers) {
        Subjects subject = Subjects.of(Subjects.STACK, layers);
        DoubleNetwork network = subject.inDouble();
        Map<String, INDArray> outputs = network.activations(subject.batch());
        List<RowStretch> stretches = RowStretch.of(network.graph(), outputs);
        assertEquals(1, stretches.size());
        RowStretch stretch = stretches.get(0);
        INDArray example = outputs.get(stretch.from()).getRow(5);
        int units = (int) outputs.get(stretch.to()).size(1);
        INDArray exact = StackJacobian.jacobian(
                network, stretch, example, Nd4j.eye(units).castTo(DataType.DOUBLE));
        double step = 1e-6;
        for (int input = 0; input < example.length(); input++) {
            INDArray up = example.dup();
            up.putScalar(input, example.getDouble(input) + step);
            INDArray down = example.dup();
            down.putScalar(input, example.getDouble(input) - step);
            INDArray slope = network.pushForward(stretch.vertices(), stretch.from(), up.reshape(1, -1))
                    .sub(network.pushForward(stretch.vertices(), stretch.from(), down.reshape(1, -1)))
                    .div(2 * step);
            double difference = slope.reshape(units)
                    .sub(exact.getColumn(input))
                    .norm2Number()
                    .doubleValue();
            assertEquals(0, difference, 1e-6 * Math.max(1, slope.norm2Number().doubleValue()));
        }
    }

    @Test
    void batchNormHasTheStatisticsOfTheBatch() {
        Subjects subject = Subjects.of(Subjects.STACK, "model.layers[0].stack.batchNorm=true");
        Map<String, INDArray> outputs = subject.inDouble().activations(subject.batch());
        INDArray normed = outputs.get("stack1-1");
        INDArray mean = normed.mean(0);
        INDArray deviation = Transforms.sqrt(normed.var(false, 0).add(1e-5));
        INDArray expected = Transforms.tanh(normed.subRowVector(mean).divRowVector(deviation));
        double largest = expected.sub(outputs.get("stack1-1-norm")).amaxNumber().doubleValue();
        assertEquals(0, largest, 1e-9);
    }

    @Test
    void theModelIsNotChanged() {
        Subjects subject = Subjects.of(Subjects.STACK, "model.layers[0].stack.batchNorm=true");
        INDArray before = subject.model().params().dup();
        only(subject);
        assertEquals(before, subject.model().params());
    }

    @Test
    void aWideStackIsSampledWithoutBias() {
        Subjects subject = Subjects.of(
                Subjects.STACK, "model.layers[0].stack={depth: 3, units: 300, activation: tanh, init: lecun}");
        StackJacobian sampled = only(subject);
        assertTrue(sampled.sampled());
        assertEquals(StackJacobian.WIDEST, sampled.values().count());
        DoubleNetwork network = subject.inDouble();
        Map<String, INDArray> outputs = network.activations(subject.batch());
        RowStretch stretch = RowStretch.of(network.graph(), outputs).get(0);
        INDArray all = StackJacobian.jacobian(
                network,
                stretch,
                outputs.get(stretch.from()).getRow(0),
                Nd4j.eye(300).castTo(DataType.DOUBLE));
        Spectrum exact = Spectrum.ofMatrix(all);
        assertEquals(1, sampled.values().rootMeanSquare() / exact.rootMeanSquare(), 0.1);
    }

    @Test
    void aStackOverTimeStepsIsFoundAndRecurrentLayersEndIt() {
        Subjects subject = Subjects.of(
                Subjects.RECURRENT,
                "model.layers=[rnn: {units: 5}, stack: {depth: 3, units: 5, activation: tanh}, gru: {units: 4},"
                        + " pool: last, dense: {units: 6}, dense: {units: 4}]");
        List<StackJacobian> found = StackJacobian.of(subject.inDouble(), subject.batch());
        assertEquals(2, found.size(), found::toString);
        assertEquals("stack2-steps", found.get(0).from());
        assertEquals("stack2-3", found.get(0).to());
        assertEquals(3, found.get(0).layers());
        assertEquals("pool4", found.get(1).from());
        assertEquals("dense6", found.get(1).to());
        assertTrue(StackJacobian.of(
                        Subjects.of(Subjects.RECURRENT).inDouble(),
                        Subjects.of(Subjects.RECURRENT).batch())
                .isEmpty());
    }
}
