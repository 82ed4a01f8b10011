package org.steadygrad.engine.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.StepsAhead;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.step.GradientExchange.StepGradient;
import org.steadygrad.model.TrainingCounts;

/**
 * Runs training steps on an engine: passes, the place where gradients may be exchanged, update, and the policy's say before
 * and after. This is the only place that does.
 *
 * <p>An engine that can be ahead is asked for steps before the results of those before them are known, on the assumption that
 * nothing is the matter with those. Where that turns out wrong, the steps that built on it are taken back and done again, one after
 * the other, so that the numbers are the same as with an engine that does step after step.
 */
public final class StepPipeline {
    private final Engine engine;
    private final StepPolicy policy;
    private final Optional<GradientExchange> exchange;
    private final Optional<StepsAhead> ahead;
    private final StepPasses passes;
    private final StepQueue queue = new StepQueue();

    /** Without an exchange: gradients go to the update as they are. */
    public StepPipeline(Engine engine, StepPolicy policy) {
        this(engine, policy, Optional.empty());
    }

    /** @param exchange what gradients pass through on their way to the update */
    public StepPipeline(Engine engine, StepPolicy policy, Optional<GradientExchange> exchange) {
        this.engine = Check.notNull(engine, "StepPipeline", "engine");
        this.policy = Check.notNull(policy, "StepPipeline", "policy");
        this.exchange = Check.notNull(exchange, "StepPipeline", "exchange");
        ahead = exchange.isPresent() ? Optional.empty() : engine.stepsAhead();
        passes = new StepPasses(engine);
    }

    /** Runs a step by itself, with its update whatever its loss is: one that isn't finite leaves no gradient that is applied. */
    public static StepOutcome once(Engine engine, TrainingStep step, UpdateRule rule) {
        List<StepOutcome> outcome = new ArrayList<>();
        StepPolicy policy = new StepPolicy() {
            @Override
            public UpdateRule rule(int ahead) {
                return rule;
            }

            @Override
            public boolean mayBeAhead(TrainingStep asked) {
                return false;
            }

            @Override
            public boolean wantsUpdate(StepOutcome soFar) {
                return true;
            }

            @Override
            public boolean done(StepOutcome whole, StepPipeline pipeline) {
                return outcome.add(whole);
            }
        };
        new StepPipeline(engine, policy).run(step);
        return outcome.get(0);
    }

    /**
     * Runs a step, or asks the engine for it and looks at the result of an earlier one.
     *
     * @return whether to go on, as the policy says
     */
    public boolean run(TrainingStep step) {
        Optional<StepsAhead> asked = ahead.filter(engineAhead -> mayBeAhead(step));
        if (asked.isPresent()) {
            ask(step, asked.get());
            return queue.size() <= asked.get().depth() || settle();
        }
        return finish() && runNow(step);
    }

    /**
     * Looks at the results of all steps that the engine was asked for.
     *
     * @return whether to go on, as the policy says
     */
    public boolean finish() {
        boolean goOn = true;
        while (goOn && queue.size() > 0) {
            goOn = settle();
        }
        return goOn;
    }

    /** Number of steps that the engine was asked for and whose results weren't looked at. */
    public int underWay() {
        return queue.size();
    }

    /** Waits for all steps that the engine was asked for, so that it is idle; their results are looked at later. */
    public void idle() {
        queue.await();
    }

    private boolean mayBeAhead(TrainingStep step) {
        return step.passes().size() == 1
                && step.leadIn().isEmpty()
                && step.trace() != Trace.HISTOGRAMS
                && policy.rule(queue.size()).clip().constantRule().isPresent()
                && policy.mayBeAhead(step);
    }

    private void ask(TrainingStep step, StepsAhead engineAhead) {
        long start = System.nanoTime();
        UpdateRule rule = policy.rule(queue.size());
        TrainingCounts trained = trained(rule);
        passes.begin(step, trained);
        Pass pass = step.passes().get(0);
        PassOptions options = new PassOptions(pass.seed(), step.carriesState(), false, step.trace(), trained);
        queue.add(step, engineAhead.ask(pass.batch(), options, rule), start);
    }

    private static TrainingCounts trained(UpdateRule rule) {
        return new TrainingCounts(rule.iteration(), rule.epoch());
    }

    private boolean settle() {
        StepQueue.Settled settled = queue.settle();
        StepResult result = settled.result()
                .orElseThrow(() -> new IllegalStateException("a step wasn't run although none before it was refused"));
        StepOutcome soFar = StepPasses.outcome(
                settled.step(), List.of(result.pass().loss()), result.pass().trace());
        StepOutcome outcome =
                soFar.with(policy.wantsUpdate(soFar) ? result.update() : Optional.empty(), settled.seconds());
        List<TrainingStep> again = outcome.applied() ? List.of() : queue.withdraw();
        boolean goOn = policy.done(outcome, this);
        int redone = 0;
        while (goOn && redone < again.size()) {
            goOn = runNow(again.get(redone++));
        }
        if (redone < again.size()) {
            policy.undone(again.subList(redone, again.size()));
        }
        return goOn;
    }

    private boolean runNow(TrainingStep step) {
        long start = System.nanoTime();
        UpdateRule rule = policy.rule(0);
        TrainingCounts trained = trained(rule);
        passes.begin(step, trained);
        StepOutcome soFar = exchanged(passes.gradient(step, trained));
        if (soFar.trace().isPresent() && step.trace() == Trace.HISTOGRAMS) {
            soFar = soFar.with(engine.parameterDistributions());
        }
        Optional<UpdateOutcome> update = Optional.empty();
        if (policy.wantsUpdate(soFar)) {
            update = Optional.of(engine.update(rule));
        } else {
            engine.discardGradient();
        }
        return policy.done(soFar.with(update, (System.nanoTime() - start) / 1e9), this);
    }

    private StepOutcome exchanged(StepOutcome own) {
        if (exchange.isEmpty()) {
            return own;
        }
        float[] gradient = new float[Math.toIntExact(engine.layout().length())];
        engine.copyGradient(gradient);
        long examples = own.step().passes().stream()
                .mapToLong(pass -> pass.batch().getFeatures(0).size(0))
                .sum();
        StepGradient replaced = exchange.get().exchange(new StepGradient(gradient, own.loss(), examples));
        engine.replaceGradient(replaced.gradient());
        return own.with(replaced.loss());
    }
}
