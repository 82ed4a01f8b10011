package org.steadygrad.engine.cuda.update;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.cuda.stream.ChangeGuard;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;

/**
 * Turns a flat gradient into new parameters, in two passes over memory: statistics, and one that does all the rest. What is
 * decided between them is decided on the device, so that the host may go ahead; results are the same from run to run.
 */
public final class UpdatePass {
    /** The generation of a step that no other builds on. */
    private static final int ALONE = 0;

    private final CudaRuntime runtime;
    private final StepNumbers numbers;
    private final UpdateReport report;
    private final UpdateKernels kernels;
    private final PenaltySum penalties;
    private final PinnedMemory host;
    private final ChangeGuard changes;

    public UpdatePass(UpdatePlan plan, CudaModel model) {
        runtime = model.runtime();
        changes = model.memory().changes();
        UpdateTables tables = new UpdateTables(plan, runtime);
        numbers = new StepNumbers(plan, runtime);
        report = new UpdateReport(plan.layout(), runtime);
        kernels = new UpdateKernels(model, tables, numbers, report);
        penalties = new PenaltySum(plan, tables, model);
        host = runtime.scope().own(runtime.device().pinned(resultBytes()));
        parametersReplaced();
    }

    /** Enqueues the sum of the penalties, for the loss. */
    public void penalties() {
        penalties.enqueue();
    }

    /** Parameters and states may hold anything from now on. */
    public void parametersReplaced() {
        kernels.forget();
    }

    /**
     * Enqueues one update. If the gradient isn't finite, or the updaters' own arithmetic would overflow, nothing is changed.
     *
     * @param clip how this step's gradient is clipped; the rule's own policy isn't asked
     * @param divisor trained blocks of the flat gradient are divided by it: the number of examples, usually
     * @param passes the changes of running statistics are divided by it: the number of accumulated passes
     */
    public void enqueue(UpdateRule rule, ClipRule clip, double divisor, int passes) {
        numbers.send(rule, clip, divisor, passes, ALONE, false);
        kernels.runAll(byUnit(clip));
    }

    /**
     * Sends what one of several steps that build on each other needs; {@link #enqueue(ClipRule)} is to follow.
     *
     * @param generation above 0, that of the steps before it unless one of them is known to be refused
     * @param refused whether the step must be refused whatever its gradient is
     */
    public void send(UpdateRule rule, ClipRule clip, double divisor, int generation, boolean refused) {
        numbers.send(rule, clip, divisor, 1, generation, refused);
        kernels.prepare(byUnit(clip));
    }

    /** Enqueues penalties and update with the numbers that were sent; may be captured. */
    public void enqueue(ClipRule clip) {
        penalties.enqueue();
        kernels.enqueueAll(byUnit(clip));
    }

    /** Whether another sequence of kernels is enqueued for the rule than for most. */
    public static boolean byUnit(ClipRule clip) {
        return clip instanceof ClipRule.ByUnitRatio;
    }

    /** What the last update that was enqueued leaves, until the next. */
    public DeviceMemory results() {
        return report.memory();
    }

    public long resultBytes() {
        return report.memory().bytes();
    }

    /** @param downloaded a copy of {@link #results} from position 0 on, in the machine's order of bytes */
    public UpdateOutcome outcome(ByteBuffer downloaded) {
        return report.outcome(downloaded);
    }

    /**
     * One update, waited for; as {@link #enqueue}.
     *
     * @param rule its clip policy is asked for a rule only if that depends on the gradient, which must be finite then
     */
    public UpdateOutcome apply(UpdateRule rule, double divisor, int passes) {
        Optional<ClipRule> constant = rule.clip().constantRule();
        if (constant.isPresent()) {
            enqueue(rule, constant.get(), divisor, passes);
        } else {
            numbers.send(rule, new ClipRule.None(), divisor, passes, ALONE, false);
            kernels.runStatistics();
            GradientStatistics statistics = report.statistics(download());
            ClipRule clip = statistics.isFinite() ? rule.clip().decide(statistics.globalNorm()) : new ClipRule.None();
            numbers.send(rule, clip, divisor, passes, ALONE, false);
            kernels.runStep(byUnit(clip));
        }
        UpdateOutcome outcome = outcome(download());
        changes.end();
        return outcome;
    }

    private ByteBuffer download() {
        runtime.stream().download(host, report.memory());
        runtime.stream().synchronize();
        return host.content();
    }
}
