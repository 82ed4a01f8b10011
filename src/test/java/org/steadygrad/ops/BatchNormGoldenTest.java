package org.steadygrad.ops;

import static org.steadygrad.golden.Golden.assertClose;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.golden.Golden;

/** The operation against PyTorch's batch norm. */
class BatchNormGoldenTest {

    @TestFactory
    Stream<DynamicTest> equalsPyTorch() {
        return Golden.ofOperation("batchnorm").stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(Golden.Case golden) {
        BatchNormOps ops = new BatchNormOps(golden.content().get("eps").asDouble(), new ActivationIdentity());
        BatchNormAffine affine = new BatchNormAffine(golden.array("/params/gamma"), golden.array("/params/beta"));
        INDArray x = golden.array("/inputs/x");

        BatchNormForward forward = ops.train(x, null, affine);
        assertClose(golden.array("/outputs/y"), forward.output(), 1e-8, "y");

        BatchNormGradients gradients = ops.backward(forward, affine, golden.array("/upstream/dy"));
        assertClose(golden.array("/gradients/x"), gradients.input(), 1e-8, "dx");
        assertClose(golden.array("/gradients/gamma"), gradients.gamma(), 1e-8, "dgamma");
        assertClose(golden.array("/gradients/beta"), gradients.beta(), 1e-8, "dbeta");

        double momentum = golden.content().get("momentum").asDouble();
        INDArray mean = forward.moments().mean().mul(momentum);
        INDArray variance = forward.moments().unbiasedVariance().mul(momentum).add(1 - momentum);
        assertClose(golden.array("/outputs/running_mean"), mean, 1e-8, "running mean");
        assertClose(golden.array("/outputs/running_var_unbiased"), variance, 1e-8, "running variance");

        BatchNormMoments running = new BatchNormMoments(mean, variance, 0);
        assertClose(
                golden.array("/outputs/y_eval"),
                ops.infer(x, null, affine, running).output(),
                1e-8,
                "y in inference");
    }
}
