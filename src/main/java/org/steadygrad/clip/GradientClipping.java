package org.steadygrad.clip;

import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.Check;
import org.steadygrad.model.ClippingListener;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipResult;
import org.steadygrad.ops.GradientOps;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.GuardSpec;

/**
 * Clips the gradients of a plain DL4J network that is trained with its own {@code fit}, and skips the steps whose
 * gradient isn't finite:
 *
 * <pre>{@code
 * network.setListeners(new GlobalNormClipping(1.0), new ScoreIterationListener(10));
 * network.fit(iterator, epochs);
 * }</pre>
 *
 * <p>All norms and limits are those of the gradient averaged over the minibatch, before L1, L2 and weight decay, whatever
 * DL4J's {@code miniBatch} setting is. Running statistics, which DL4J keeps among the gradients, and frozen layers are
 * neither counted nor changed.
 *
 * <p>A skipped step leaves parameters, running statistics, updater state and the iteration count (which schedules and
 * bias corrections follow) at exactly the bits that they had. {@code health.GradientHealth} works before and after this
 * listener alike. Listeners of others that look at gradients should be attached before this one, or they see them clipped, and
 * those that look at parameters in {@code iterationDone} after it, or they see, of a skipped step, the parameters in between. Constraints
 * (max norm and the like) are applied by DL4J after a skipped step too. The state that truncated back-propagation
 * carries isn't touched: if it isn't finite, the windows up to the end of the sequences are skipped as well.
 *
 * <p>An instance belongs to one network and one training thread.
 */
public class GradientClipping extends BaseTrainingListener implements ClippingListener {
    private static final Logger LOG = LoggerFactory.getLogger(GradientClipping.class);

    private final ClipPolicy policy;
    private final int maxSkips;
    private TrainedNetwork network;
    private SkippedStep skipping;
    private long skippedSteps;
    private int skipsInARow;
    private ClipResult lastResult;
    private String lastSkipReason;

    /**
     * @param policy decides how each gradient is clipped; sees finite gradients only
     * @param maxSkips number of steps in a row that may be skipped; one more throws
     */
    public GradientClipping(ClipPolicy policy, int maxSkips) {
        this.policy = Check.notNull(policy, "GradientClipping", "a clip policy");
        this.maxSkips = Check.positive(maxSkips, "GradientClipping", "maxSkips");
    }

    /** Clipping by a policy, with the number of skips in a row that run files have by default with their guard off. */
    public static GradientClipping of(ClipPolicy policy) {
        return new GradientClipping(policy, defaultMaxSkips());
    }

    /** Clipping as a run file would set it. */
    public static GradientClipping of(ClipSpec spec) {
        return of(ClipPolicies.of(spec));
    }

    static int defaultMaxSkips() {
        return GuardSpec.off().maxSkips();
    }

    /** @throws IllegalStateException if more steps in a row than allowed had to be skipped; this one isn't applied */
    @Override
    public void onGradientCalculation(Model model) {
        if (network == null || network.model() != model) {
            network = TrainedNetwork.of(model);
            network.warning().ifPresent(LOG::warn);
        }
        skipping = null;
        INDArray gradient = network.gradient();
        GradientStatistics statistics = GradientOps.statistics(gradient, network.layout());
        if (statistics.isFinite()) {
            skipsInARow = 0;
            int scale = network.gradientScale();
            var rule = policy.decide(statistics.globalNorm() / scale).scaledBy(scale);
            lastResult = GradientOps.clip(gradient, network.parameters(), network.layout(), statistics, rule)
                    .scaledBy(1.0 / scale);
        } else {
            skip(statistics);
        }
    }

    private void skip(GradientStatistics statistics) {
        lastSkipReason = "the gradient of iteration " + network.iteration() + " has " + statistics.describeNonFinite()
                + "; loss " + network.model().score();
        skippedSteps++;
        skipsInARow++;
        if (skipsInARow > maxSkips) {
            throw new IllegalStateException("GradientClipping: expected at most " + maxSkips
                    + " skipped steps in a row, got " + skipsInARow + ": " + lastSkipReason
                    + ". The parameters are those before the first of them. Look for NaN or infinity in the data, lower"
                    + " the learning rate or the clipping limit, or change the initialisation.");
        }
        LOG.warn("Step skipped ({} in a row): {}", skipsInARow, lastSkipReason);
        skipping = SkippedStep.begin(network);
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
        if (skipping != null) {
            skipping.undo();
            skipping = null;
        }
    }

    @Override
    public Optional<ClipResult> presentStep() {
        return skipsInARow > 0 ? Optional.empty() : lastResult();
    }

    /** What decides the clipping; its state is what a resumed training needs. */
    public ClipPolicy policy() {
        return policy;
    }

    /** Number of steps that weren't applied because their gradient wasn't finite. */
    public long skippedSteps() {
        return skippedSteps;
    }

    /** What was done to the last finite gradient, as norms of the averaged gradient; empty before the first. */
    public Optional<ClipResult> lastResult() {
        return Optional.ofNullable(lastResult);
    }

    /** Why the last skipped step was skipped; empty if none was. */
    public Optional<String> lastSkipReason() {
        return Optional.ofNullable(lastSkipReason);
    }
}
