package org.steadygrad.forensics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.Reason;
import org.steadygrad.data.BatchCell;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.model.UpdaterStates;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.Precision;

/**
 * Finds out why a step isn't finite, by running it again on its engine and in double precision. In this order it suspects
 *
 * <ol>
 *   <li>features and labels that are NaN, infinite, or beyond {@value #ABSURD}; finite ones only if the step is finite without
 *       them;
 *   <li>parameters and updater states that are NaN or infinite;
 *   <li>logarithms in the loss, recurrences and products that overflow; where the latest updates have run away
 *       with the parameters, the learning rate is named instead of the last two.
 * </ol>
 */
final class Investigation {
    /** Magnitude from which on an input can't be meant. */
    static final double ABSURD = 1e9;

    private static final Logger LOG = LoggerFactory.getLogger(Investigation.class);
    private static final double HALF_RANGE = 65504;
    private static final String FINITE = "Every layer's activations and gradients are finite in a pass of their own.";

    private final Engine engine;
    private final ComputationGraph model;
    private final SequenceFormats formats;
    private final FailedStep step;
    private final List<Growth> growth;
    private final CellSources places;

    /**
     * @param engine holds what the step ran from
     * @param model the same parameters; isn't changed
     */
    Investigation(Engine engine, ComputationGraph model, FailedStep step, List<Growth> growth, CellSources places) {
        this.engine = engine;
        this.model = model;
        formats = SequenceFormats.of(model);
        this.step = step;
        this.growth = growth;
        this.places = places;
    }

    Verdict verdict() {
        Replay replay = Replay.run(engine, step);
        return new Verdict(
                replay.pass(), replay.loss(), replay.trace(), step.position().firstTimeStep(), safely(replay));
    }

    /** For steps that aren't searched. */
    static Verdict withoutCause(FailedStep step, Replay replay) {
        String words = replay.finite()
                ? FINITE
                : "Its cause wasn't looked for, since it was for the first " + Forensics.MOST_BUNDLES + " such steps.";
        return new Verdict(
                replay.pass(), replay.loss(), replay.trace(), step.position().firstTimeStep(), unknown(words));
    }

    /** A report that fails must not end the run that it is about. */
    private Cause safely(Replay replay) {
        try {
            return cause(replay);
        } catch (EngineException e) {
            throw e;
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.debug("the cause can't be looked into", e);
            return unknown("The cause couldn't be looked into: " + Reason.of(e) + ".");
        }
    }

    private static Cause unknown(String words) {
        return new Cause(Cause.Kind.UNKNOWN, words, Map.of());
    }

    private Cause cause(Replay replay) {
        if (replay.finite()) {
            return unknown(FINITE);
        }
        return badInput(replay)
                .or(this::badParameter)
                .or(this::badState)
                .or(() -> mechanism(replay))
                .orElseGet(this::nothingFound);
    }

    private Optional<Cause> badInput(Replay replay) {
        Optional<BadValues> found =
                BadValues.of(step.passes().get(replay.pass()).batch(), formats, ABSURD);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        BadValues bad = found.get();
        Replay mended = Replay.run(engine, step.only(replay.pass(), bad.mended()));
        boolean cured = mended.finite();
        if (!cured && bad.finite()) {
            return Optional.empty();
        }
        BatchCell cell = bad.in(step.position().firstTimeStep());
        String words = bad.name(places.of(replay.pass(), cell)) + " With 0 "
                + (bad.count() == 1 ? "in its place" : "in their places")
                + (cured
                        ? " the step is finite, its loss " + Words.number(mended.loss()) + "."
                        : " the step isn't finite either.");
        return Optional.of(new Cause(Cause.Kind.BAD_INPUT, words, bad.evidence(cell)));
    }

    private Optional<Cause> badParameter() {
        INDArray all = model.params();
        for (ParameterBlock block : FlatLayouts.of(model).blocks()) {
            long count = 0;
            double first = 0;
            for (long i = block.offset(); i < block.offset() + block.length(); i++) {
                double value = all.getDouble(i);
                if (!Double.isFinite(value)) {
                    first = count++ == 0 ? value : first;
                }
            }
            if (count > 0) {
                return Optional.of(new Cause(
                        Cause.Kind.NON_FINITE_PARAMETER,
                        "Parameter " + block.name() + " holds " + first + " before the step: " + count + " of its "
                                + block.length() + " elements aren't finite.",
                        Map.of("nonFiniteParameters", (double) count)));
            }
        }
        return Optional.empty();
    }

    private Optional<Cause> badState() {
        return UpdaterStates.nonFinite(model).stream()
                .findFirst()
                .map(state -> new Cause(
                        Cause.Kind.NON_FINITE_STATE,
                        "The " + state.words() + " of layer " + state.block().layer() + " holds " + state.first()
                                + " before the step, so that its update can't be finite.",
                        Map.of("nonFiniteStates", (double) state.count())));
    }

    private Optional<Cause> mechanism(Replay replay) {
        Optional<NonFiniteOrigin> origin = replay.trace().nonFinite();
        if (origin.isEmpty()) {
            return Optional.empty();
        }
        List<Pass> windows = new ArrayList<>(step.before());
        windows.add(step.passes().get(replay.pass()));
        DoublePass pass = new DoublePass(model, Tensors.joined(windows, formats));
        double limit = engine.precision() == Precision.FP16 ? HALF_RANGE : Float.MAX_VALUE;
        Scene scene = Scene.of(pass, limit, step, replay.pass(), places, formats);
        LossSuspects loss = new LossSuspects(scene);
        boolean backward = origin.get().tensor().equals("gradient");
        Optional<Cause> inLoss = loss.concerns(origin.get().layer()) ? loss.look() : Optional.empty();
        Optional<Cause> found = backward
                ? inLoss.filter(cause -> !Double.isFinite(replay.loss()))
                        .or(() -> new BackwardSuspects(scene).look(origin.get()))
                : new ForwardSuspects(scene).look(origin.get());
        return found.or(() -> inLoss).map(this::withGrowth);
    }

    /** Names the learning rate where updates explain what overflows. */
    private Cause withGrowth(Cause cause) {
        Optional<Growth> worst = growth.stream()
                .filter(Growth::runaway)
                .max(Comparator.comparingDouble(g -> g.factor() * g.largestRatio()));
        boolean product = cause.kind() == Cause.Kind.PRODUCT_OVERFLOW || cause.kind() == Cause.Kind.RECURRENT_GROWTH;
        if (worst.isEmpty()) {
            return step.iteration() == 1 && product
                    ? cause.and("No update has been made yet: the initial weights are too large.", Map.of())
                    : cause;
        }
        Growth g = worst.get();
        Cause both = cause.and(
                "The latest updates explain it: within " + g.updates() + " of them the norm of " + g.parameter()
                        + " went from " + Words.number(g.normBefore()) + " to " + Words.number(g.normNow())
                        + ", and the largest was " + Words.number(g.largestRatio())
                        + " times as large as the weights it led to, where 0.001 is usual."
                        + " The learning rate is too high, or a gradient that explodes isn't clipped.",
                Map.of(
                        "weightNorm", g.normNow(),
                        "weightGrowth", g.factor(),
                        "updateToWeightRatio", g.largestRatio()));
        return product ? earlierInput().orElseGet(() -> both.as(Cause.Kind.LEARNING_RATE)) : both;
    }

    /** An absurd number in a window before, which spoilt an update instead of its own step. */
    private Optional<Cause> earlierInput() {
        int start = step.position().firstTimeStep();
        for (int i = step.before().size() - 1; i >= 0; i--) {
            Pass window = step.before().get(i);
            start -= Tensors.steps(window, formats);
            Optional<BadValues> found = BadValues.of(window.batch(), formats, ABSURD);
            if (found.isPresent()) {
                BadValues bad = found.get();
                BatchCell cell = bad.in(start);
                return Optional.of(new Cause(
                        Cause.Kind.BAD_INPUT,
                        bad.name(places.of(0, cell))
                                + " It lies in an earlier window of the same sequences, whose update it" + " spoilt.",
                        bad.evidence(cell)));
            }
        }
        return Optional.empty();
    }

    private Cause nothingFound() {
        INDArray parameters = model.params();
        return unknown("No cause was found: inputs, parameters, logarithms, recurrences and products were"
                + " looked at in double precision. The largest parameter is "
                + Words.number(Tensors.largest(parameters)) + ".");
    }
}
