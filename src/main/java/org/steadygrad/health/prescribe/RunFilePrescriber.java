package org.steadygrad.health.prescribe;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.health.Prescriber;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

/**
 * Prescribes changes of a run file. For every kind of finding there is a row of cures, the most promising first; each looks
 * at the run file and at the finding's numbers, and stands back where the run has it already or it doesn't apply. What is
 * left is valid: the run file with the changes made can be read.
 *
 * <p>A prescription without changes says in words what lies outside the run file, for example a cell of the data to mend.
 */
public final class RunFilePrescriber implements Prescriber {

    /** Looks at a case and prescribes, or stands back. */
    private interface Cure {
        Optional<Prescription> prescribe(FindingInRun c);
    }

    /** A cure by clipping. */
    private interface Clip {
        Optional<Prescription> prescribe(Finding finding, double[] norms, Optional<ClipSpec> present);
    }

    /** What says in the evidence of overfitting whether no validation was better than guessing: 1 if so. */
    private static final String NEVER_BETTER = "neverBetterThanGuessing";

    private static final Map<FindingKind, List<Cure>> CURES = Map.ofEntries(
            entry(FindingKind.BAD_INPUT, List.of(Fit::scale, Fit::mendData, Fit::standardise)),
            entry(FindingKind.LEAKING_TARGET, List.of(Fit::leaveTargetOut)),
            entry(FindingKind.UNMASKED_PADDING, List.of(Fit::leavePaddingOut)),
            entry(FindingKind.CONSTANT_INPUT, List.of(Fit::leaveOut)),
            entry(FindingKind.REPEATED_BATCH, List.of(Fit::shuffle)),
            entry(FindingKind.MASK_IGNORED, List.of(Fit::useMasks)),
            entry(FindingKind.STALLED_INPUT, List.of(Fit::feedFaster)),
            entry(
                    FindingKind.POOR_INITIALISATION,
                    List.of(
                            Depth::initialise,
                            Memory::orthogonal,
                            Depth::normalise,
                            Depth::shortcut,
                            Depth::measureVariance,
                            Depth::rectify)),
            entry(
                    FindingKind.ALL_ZERO,
                    List.of(Depth::initialise, Depth::leak, Depth::normalise, Depth::measureVariance)),
            entry(
                    FindingKind.VANISHING_GRADIENT,
                    List.of(
                            Depth::initialise,
                            Depth::normalise,
                            Depth::shortcut,
                            Depth::rectify,
                            Memory::plainGru,
                            Depth::selfNormalise,
                            Depth::measureVariance)),
            entry(
                    FindingKind.EXPLODING_GRADIENT,
                    List.of(
                            Depth::initialise,
                            Memory::orthogonal,
                            Depth::normalise,
                            clip(Clipping::bound),
                            Depth::measureVariance,
                            Depth::selfNormalise,
                            StepSize::lower)),
            entry(
                    FindingKind.DEAD_UNITS,
                    List.of(Depth::leak, Depth::initialise, Depth::normalise, StepSize::lower, Memory::bounded)),
            entry(
                    FindingKind.SATURATION,
                    List.of(
                            Fit::standardise,
                            Depth::initialise,
                            Depth::normalise,
                            Memory::orthogonal,
                            Depth::rectify,
                            StepSize::lower)),
            entry(
                    FindingKind.NON_FINITE,
                    List.of(
                            Fit::widerRange,
                            clip(Clipping::bound),
                            StepSize::lower,
                            Depth::initialise,
                            Fit::standardise,
                            Memory::bounded)),
            entry(FindingKind.GRADIENT_UNDERFLOW, List.of(Fit::widerRange)),
            entry(
                    FindingKind.VANISHING_THROUGH_TIME,
                    List.of(
                            Memory::gru,
                            Memory::chrono,
                            Memory::forgetBias,
                            Memory::lstm,
                            Memory::identity,
                            Memory::orthogonal,
                            Memory::plainGru)),
            entry(
                    FindingKind.EXPLODING_THROUGH_TIME,
                    List.of(
                            clip(Clipping::bound),
                            Memory::orthogonal,
                            Memory::bounded,
                            Memory::plainGru,
                            clip(Clipping::follow),
                            StepSize::lower)),
            entry(FindingKind.SHORT_TRUNCATION, List.of(Memory::longerWindow, Memory::wholeSequence)),
            entry(
                    FindingKind.GRADIENT_SPIKES,
                    List.of(
                            clip(Clipping::bound),
                            clip(Clipping::outliers),
                            clip(Clipping::follow),
                            StepSize::warmUp,
                            StepSize::lowerALittle)),
            entry(
                    FindingKind.UPDATES_TOO_SMALL,
                    List.of(
                            evening(StepSize::adaptive),
                            eveningDense(Depth::initialise),
                            eveningDense(Depth::normalise),
                            eveningDense(Depth::shortcut),
                            eveningDense(Depth::rectify),
                            StepSize::raise,
                            StepSize::adaptive)),
            entry(FindingKind.UPDATES_TOO_LARGE, List.of(StepSize::lower, StepSize::warmUp, clip(Clipping::relative))),
            entry(
                    FindingKind.UNCHANGING_PARAMETER,
                    List.of(Depth::leak, Depth::initialise, Depth::normalise, Depth::shortcut, StepSize::adaptive)),
            entry(
                    FindingKind.OSCILLATING_LOSS,
                    List.of(StepSize::lower, StepSize::lowerALittle, StepSize::anneal, clip(Clipping::bound))),
            entry(FindingKind.LOSS_SPIKES, List.of(clip(Clipping::bound), StepSize::lowerALittle, StepSize::warmUp)),
            entry(
                    FindingKind.LOSS_PLATEAU,
                    List.of(
                            StepSize::raise,
                            Memory::gru,
                            Memory::forgetBias,
                            Memory::chrono,
                            Depth::initialise,
                            Depth::normalise,
                            Depth::shortcut,
                            StepSize::adaptive,
                            StepSize::lower)),
            entry(
                    FindingKind.CLASS_IMBALANCE,
                    List.of(
                            StepSize::raise,
                            StepSize::raiseTenfold,
                            StepSize::adaptive,
                            Fit::weighClasses,
                            Fit::trainLonger)),
            entry(
                    FindingKind.DIVERGING_LOSS,
                    List.of(StepSize::lower, clip(Clipping::bound), StepSize::warmUp, Depth::initialise)),
            entry(
                    FindingKind.LEARNING_RATE_TOO_HIGH,
                    List.of(
                            StepSize::lower,
                            StepSize::lowerTenfold,
                            StepSize::lowerALittle,
                            StepSize::warmUp,
                            clip(Clipping::bound))),
            entry(
                    FindingKind.LEARNING_RATE_TOO_LOW,
                    List.of(
                            StepSize::raise,
                            StepSize::raiseTenfold,
                            StepSize::raiseALittle,
                            StepSize::adaptive,
                            eveningDense(Depth::initialise),
                            eveningDense(Depth::normalise))),
            entry(FindingKind.CLIP_ALWAYS, List.of(clip(Clipping::loosen), StepSize::lowerALittle)),
            entry(FindingKind.CLIP_NEVER, List.of(clip(Clipping::guardOutliers))),
            entry(
                    FindingKind.OVERFITTING,
                    List.of(
                            generalising(Memory::gru),
                            generalising(Memory::forgetBias),
                            Fit::dropout,
                            Fit::weightDecay,
                            Fit::stopEarly)));

    /** Kinds that no setting of the training brings about. */
    private static final Set<FindingKind> OUTSIDE = EnumSet.of(
            FindingKind.BAD_INPUT,
            FindingKind.CONSTANT_INPUT,
            FindingKind.REPEATED_BATCH,
            FindingKind.LEAKING_TARGET,
            FindingKind.UNMASKED_PADDING,
            FindingKind.MASK_IGNORED,
            FindingKind.STALLED_INPUT,
            FindingKind.OVERFITTING,
            FindingKind.GRADIENT_UNDERFLOW,
            FindingKind.SHORT_TRUNCATION,
            FindingKind.CLIP_NEVER);

    private final RunSpec run;
    private final DataDescription data;
    private final Map<List<String>, Boolean> valid = new HashMap<>();

    /**
     * @param run what is prescribed for
     * @param data what its batches look like
     */
    public RunFilePrescriber(RunSpec run, DataDescription data) {
        this.run = Check.notNull(run, "RunFilePrescriber", "run");
        this.data = Check.notNull(data, "RunFilePrescriber", "data");
    }

    private static Cure clip(Clip clip) {
        return c -> clip.prescribe(
                c.finding(), c.gradientNorms(), Optional.of(c.run().training().clip()));
    }

    /** A cure for where updates are of very different sizes. */
    private static Cure evening(Cure cure) {
        return c -> c.updates().uneven() ? cure.prescribe(c) : Optional.empty();
    }

    /** The same, for dense layers. */
    private static Cure eveningDense(Cure cure) {
        return evening(c -> c.dense() ? cure.prescribe(c) : Optional.empty());
    }

    /** A cure for where nothing was learnt but by heart. */
    private static Cure generalising(Cure cure) {
        return c -> c.evidence(NEVER_BETTER, 0) > 0 ? cure.prescribe(c) : Optional.empty();
    }

    @Override
    public List<Prescription> prescribe(Finding finding, double[] gradientNorms) {
        FindingInRun c = new FindingInRun(finding, gradientNorms, run, data);
        List<Prescription> prescribed = new ArrayList<>();
        if (OUTSIDE.stream().noneMatch(kind -> kind.id().equals(finding.id()))) {
            Causes.of(run).forEach(cause -> prescribed.add(cause.undoing()));
        }
        if (!prescribed.isEmpty()) {
            return prescribed;
        }
        CURES.forEach((kind, cures) -> {
            if (kind.id().equals(finding.id())) {
                cures.forEach(cure -> cure.prescribe(c)
                        .filter(p -> !prescribed.contains(p))
                        .filter(this::changesTheRun)
                        .ifPresent(prescribed::add));
            }
        });
        return prescribed;
    }

    private boolean changesTheRun(Prescription prescription) {
        return prescription.changes().isEmpty()
                || valid.computeIfAbsent(prescription.changes(), changes -> {
                    try {
                        return !RunFiles.with(run, changes).equals(run);
                    } catch (InvalidInputException e) {
                        return false;
                    }
                });
    }
}
